%% A port whose program doesn't read: it becomes busy, whoever sends to it is suspended, and system_monitor tells.
-module(busy_ports).
-export([main/0]).

main() ->
    process_flag(trap_exit, true),
    Me = self(),
    P = open_port({spawn, "sleep 1000"}, [binary, exit_status]),
    Q = open_port({spawn, "sleep 1000"}, [binary]),
    io:format("~p~n", [erlang:system_monitor(Me, [busy_port, busy_dist_port])]),
    {Me, Options} = erlang:system_monitor(),
    io:format("~p~n", [lists:sort(Options)]),
    Big = binary:copy(<<"x">>, 300000),
    %% One command is always taken.
    io:format("~p~n", [[port_command(Port, Big) || Port <- [P, Q]]]),
    io:format("~p~n", [[port_command(P, Big, [nosuspend]), erlang:send(P, {Me, {command, Big}}, [nosuspend]), erlang:send_nosuspend(P, {Me, {command, Big}})]]),
    io:format("~p~n", [catch_reason(fun() -> port_command(P, Big, [force]) end)]),
    io:format("~p~n", [catch_reason(fun() -> port_command(P, Big, [nosuspend, nonsense]) end)]),
    {queue_size, N} = erlang:port_info(P, queue_size),
    io:format("~p~n", [N > 0]),
    A = waits(fun() -> port_command(Q, Big) end),
    B = waits(fun() -> Q ! {Me, {command, "more"}} end),
    C = waits(fun() -> erlang:send(Q, {Me, {command, "more"}}) end),
    [receive {monitor, W, busy_port, Q} -> io:format("~p~n", [told]) after 5000 -> io:format("not told~n") end || W <- [A, B, C]],
    %% Other operations don't wait.
    io:format("~p~n", [[erlang:port_info(Q, connected) =:= {connected, Me}, unlink(Q), is_reference(monitor(port, Q))]]),
    %% They go on when the port is gone.
    {os_pid, Sleeper} = erlang:port_info(Q, os_pid),
    exit(Q, kill),
    [receive {done, W, R} -> io:format("~p~n", [R]) after 5000 -> io:format("still waits~n") end || W <- [A, B, C]],
    receive {'DOWN', _, port, Q, Reason} -> io:format("~p~n", [Reason]) after 5000 -> io:format("no DOWN~n") end,
    os:cmd("kill -9 " ++ integer_to_list(Sleeper)),
    %% And when its program ends.
    D = waits(fun() -> port_command(P, "end") end),
    receive {monitor, D, busy_port, P} -> io:format("told~n") after 5000 -> io:format("not told~n") end,
    {os_pid, Pid} = erlang:port_info(P, os_pid),
    os:cmd("kill -9 " ++ integer_to_list(Pid)),
    %% Whether it hears that the port is gone, or is done just before, hangs on who comes first.
    receive {done, D, _} -> io:format("done~n") after 5000 -> io:format("still waits~n") end,
    reading(Big),
    io:format("~p~n", [lists:sort(element(2, erlang:system_monitor(undefined)))]).

%% A port that is read slowly is busy for a while only.
reading(Big) ->
    R = open_port({spawn, "sh -c 'sleep 0.3; cat >/dev/null'"}, [binary]),
    Results = [port_command(R, Big) || _ <- lists:seq(1, 10)],
    io:format("~p~n", [lists:usort(Results)]),
    receive {monitor, Me, busy_port, R} when Me =:= self() -> io:format("self~n") after 0 -> io:format("not of itself~n") end,
    port_close(R).

waits(Fun) ->
    Me = self(),
    W = spawn(fun() -> R = try Fun() of _ -> ok catch error:E -> E end, Me ! {done, self(), R} end),
    wait_until(fun() -> process_info(W, status) =:= {status, suspended} end, 500),
    io:format("~p~n", [process_info(W, status)]),
    W.

wait_until(_, 0) -> ok;
wait_until(F, N) -> case F() of true -> ok; false -> timer:sleep(10), wait_until(F, N - 1) end.

catch_reason(F) -> try F() catch C:R -> {C, R} end.
