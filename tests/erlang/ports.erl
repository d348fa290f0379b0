%% Ports over programs, descriptors and devices: what comes of each is printed, for a comparison with stock.
-module(ports).
-export([main/1]).

main(Dir) ->
    process_flag(trap_exit, true),
    logger:set_primary_config(level, none),
    put(dir, Dir),
    [report(Name, F) || {Name, F} <- programs() ++ options() ++ owners() ++ errors() ++ devices()],
    ok.

report(Name, F) ->
    Result = try F() catch Class:Reason -> {Class, Reason} end,
    io:format("~s: ~p~n", [Name, Result]),
    [port_close(P) || P <- erlang:ports(), erlang:port_info(P, connected) =:= {connected, self()}],
    flush(0).

%% What comes until there is silence; pieces of data are put together, since their sizes vary.
flush(Time) ->
    receive M -> join(strip(M), flush(Time)) after Time -> [] end.
join({data, A}, [{data, B} | Rest]) when is_list(A), is_list(B) -> [{data, A ++ B} | Rest];
join({data, A}, [{data, B} | Rest]) when is_binary(A), is_binary(B) -> [{joined, <<A/binary, B/binary>>} | Rest];
join(M, Rest) -> [M | Rest].
strip({Port, What}) when is_port(Port) -> What;
strip({'EXIT', Port, Reason}) when is_port(Port) -> {exit, Reason};
strip({'DOWN', _, port, _, Reason}) -> {down, Reason};
strip(M) -> M.

%% As flush, but until the port has ended.
all(Port) ->
    receive
        {'EXIT', Port, Reason} -> [{exit, Reason}];
        {Port, _} = M -> join(strip(M), all(Port))
    after 10000 -> [timeout] end.

spawned(Line, Options) -> open_port({spawn, Line}, Options).

programs() ->
    [{"output", fun() -> all(spawned("echo a", [])) end},
     {"exit status", fun() -> all(spawned("sh -c 'echo a; exit 7'", [exit_status, binary])) end},
     {"killed", fun() -> all(spawned("sh -c 'kill -9 $$'", [exit_status])) end},
     {"no such command", fun() -> all(spawned("/nonexistent", [exit_status, stderr_to_stdout])) end},
     {"end of input", fun() -> P = spawned("echo a", [eof, exit_status]), R = flush(500), port_close(P), R ++ all(P) end},
     {"input", fun() ->
         P = spawned("sh -c 'read x; echo got $x'", [exit_status]),
         true = port_command(P, ["li", <<"ne\n">>]), all(P) end},
     {"a monitor", fun() -> P = spawned("sleep 0.1", []), monitor(port, P), all(P) ++ flush(100) end},
     {"os:cmd", fun() -> {os:cmd("echo hi; echo err >&2; exit 3"), os:cmd("cat", #{max_size => 10}), os:cmd("yes | head -1")} end},
     {"much", fun() ->
         P = spawned("head -c 5000000 /dev/zero", [binary, exit_status]),
         count(P, 0) end},
     {"through and back", fun() ->
         P = spawned("cat", [binary]), Block = binary:copy(<<"x">>, 100000),
         spawn_link(fun() -> [port_command(P, Block) || _ <- lists:seq(1, 20)] end),
         count(P, 0, 2000000) end},
     {"many at once", fun() ->
         Ps = [spawned("cat", [binary]) || _ <- lists:seq(1, 100)],
         [port_command(P, integer_to_binary(N)) || {N, P} <- lists:enumerate(Ps)],
         lists:sum([receive {P, {data, D}} -> binary_to_integer(D) after 10000 -> timeout end || P <- Ps]) end}].

count(P, N) ->
    receive {P, {data, D}} -> count(P, N + byte_size(D)); {P, {exit_status, S}} -> {N, S} after 10000 -> timeout end.
count(_, N, Max) when N >= Max -> N;
count(P, N, Max) -> receive {P, {data, D}} -> count(P, N + byte_size(D), Max) after 10000 -> timeout end.

options() ->
    [{"line", fun() -> all(spawned("printf 'abcdefghi\\nx\\r\\n\\nyz'", [{line, 4}])) end},
     {"packet", fun() ->
         P = spawned("cat", [{packet, 2}, binary]),
         [port_command(P, D) || D <- ["hello", "", ["w", <<"orld">>]]],
         R = [receive {P, {data, D}} -> D after 5000 -> timeout end || _ <- [1, 2, 3]], P ! {self(), close}, R ++ flush(200) end},
     {"packet too long", fun() -> P = spawned("cat", [{packet, 1}]), port_command(P, lists:duplicate(256, $a)), all(P) end},
     {"cd", fun() -> all(spawned("pwd", [{cd, "/usr"}])) end},
     {"bad cd", fun() -> all(spawned("pwd", [{cd, "/nonexistent"}, exit_status])) end},
     {"env", fun() ->
         all(spawned("sh -c 'echo $FOO-$HOME-$BAR'", [{env, [{"FOO", "b\x{e4}r"}, {"HOME", false}, {"BAR", ""}]}])) end},
     {"args", fun() ->
         all(open_port({spawn_executable, "/bin/sh"},
                       [{args, ["-c", "echo $0 $1", "x y", <<"z">>]}, {arg0, "other"}])) end},
     {"arg0", fun() ->
         all(open_port({spawn_executable, "/bin/sh"}, [{arg0, "other"}, {args, ["-c", "tr '\\0' ' ' </proc/$$/cmdline"]}])) end},
     {"nouse_stdio", fun() ->
         P = spawned("sh -c 'read x <&3; echo got $x >&4'", [nouse_stdio, exit_status]), port_command(P, "line\n"), all(P) end},
     {"stderr", fun() -> all(spawned("sh -c 'echo err >&2'", [stderr_to_stdout])) end},
     {"out", fun() ->
         File = filename:join(get(dir), "out"), P = spawned("cat >" ++ File, [out]),
         port_command(P, "data"), port_close(P), wait_for(File, <<"data">>) end},
     {"in", fun() -> P = spawned("sleep 1", [in]), port_command(P, "x"), all(P) end},
     {"its own session", fun() -> os:cmd("ps -o sid= -p $$ | grep -cw $(ps -o pgid= -p $$)") end}].

wait_for(File, Content) ->
    case file:read_file(File) of {ok, Content} -> Content; _ -> timer:sleep(20), wait_for(File, Content) end.

owners() ->
    [{"another owner", fun() ->
         P = spawned("cat", []), S = self(),
         Q = spawn(fun() -> receive {_, X} -> S ! {got, X} end, receive never -> ok end end),
         port_connect(P, Q), port_command(P, "abc"),
         R = receive {got, X} -> X after 5000 -> timeout end,
         unlink(P), exit(Q, kill), timer:sleep(100), {R, erlang:port_info(P)} end},
     {"connect by message", fun() ->
         P = spawned("cat", []), P ! {self(), {connect, spawn(fun() -> receive never -> ok end end)}},
         {flush(100), erlang:port_info(P, links) =:= {links, [self()]}} end},
     {"an owner that ends", fun() ->
         {_, M} = spawn_monitor(fun() -> put(p, spawned("cat", [])), exit({port, get(p)}) end),
         receive {'DOWN', M, _, _, {port, P}} -> timer:sleep(50), erlang:port_info(P) end end},
     {"exit", fun() -> [begin P = spawned("cat", []), exit(P, R), all(P) end || R <- [normal, kill, {a, b}]] end},
     {"bad messages", fun() ->
         [begin P = spawned("cat", []), P ! M, flush(50) end
          || M <- [foo, {self(), foo}, {self(), {command, bad}}, {spawn(fun() -> ok end), {command, "x"}}]] end},
     {"busy", fun() ->
         P = spawned("sleep 5", []), true = port_command(P, binary:copy(<<"x">>, 200000)),
         Refused = port_command(P, "y", [nosuspend]), Force = (catch error_of(fun() -> port_command(P, "y", [force]) end)),
         {queue_size, Size} = erlang:port_info(P, queue_size),
         {T, M} = spawn_monitor(fun() -> port_command(P, "z") end), timer:sleep(50),
         Status = process_info(T, status), Sent = erlang:send_nosuspend(P, {self(), {command, "x"}}),
         exit(P, kill), Down = receive {'DOWN', M, _, _, {R, _}} -> R end,
         {Refused, Force, Size > 100000, Status, Sent, Down, all(P)} end},
     {"limits", fun() ->
         P = spawned("sleep 5", [{busy_limits_port, {1000000, 2000000}}]),
         port_command(P, binary:copy(<<"x">>, 200000)), R = port_command(P, "y", [nosuspend]), exit(P, kill), R end},
     {"closed once written", fun() ->
         P = spawned("sh -c 'sleep 0.3; wc -c >/dev/null'", [out]), port_command(P, binary:copy(<<"x">>, 200000)),
         P ! {self(), close}, R = flush(100), receive {P, closed} -> [closed, erlang:port_info(P) | R] after 5000 -> timeout end end},
     {"info", fun() ->
         P = spawned("cat", [{parallelism, true}]), register(a_port, P), port_command(a_port, "x"),
         receive {P, {data, "x"}} -> ok end,
         Items = [I || {K, _} = I <- erlang:port_info(a_port), lists:member(K, [registered_name, name, input, output])],
         More = [erlang:port_info(P, K) || K <- [queue_size, parallelism, locking, monitors, monitored_by]],
         {os_pid, Pid} = erlang:port_info(P, os_pid),
         port_close(a_port), {Items, More, is_integer(Pid), all(P), whereis(a_port), erlang:port_info(P, id)} end},
     {"data", fun() ->
         P = spawned("cat", []), D = erlang:port_get_data(P), erlang:port_set_data(P, {a, [1.5]}),
         {D, erlang:port_get_data(P)} end}].

error_of(F) -> try F() catch error:E -> E end.

errors() ->
    Options = [[foo], [{packet, 3}], [{line, 0}], [{line, 3}, {packet, 2}], [stderr_to_stdout, nouse_stdio], [{args, ["x"]}],
               [{env, [x]}], [{env, [{"a", b}]}], [{env, [{a, "b"}]}], [{env, [{"A=B=C", "x"}, {"", "y"}]}], [{cd, 17}], x, [in | out], [{busy_limits_port, {1, x}}],
               [{parallelism, 1}], [{arg0, "x"}]],
    Names = [{spawn, 17}, {spawn, ""}, {foo, x}, {fd, a, b}, {fd, 0}, {spawn_driver, "cat"}, 17, {}, [], {spawn, "a\0b"},
             "/nonexistent/x", {spawn_executable, "/nonexistent"}, {spawn_executable, "/etc/passwd"}],
    [{"bad options", fun() -> [error_of(fun() -> spawned("cat", O) end) || O <- Options] end},
     {"bad names", fun() -> [error_of(fun() -> open_port(N, []) end) || N <- Names] end},
     {"not a program", fun() -> all(open_port({spawn_executable, "/tmp"}, [exit_status])) end},
     {"a closed port", fun() ->
         P = spawned("cat", []), port_close(P),
         [error_of(F) || F <- [fun() -> port_command(P, "x") end, fun() -> port_close(P) end, fun() -> port_control(P, 1, "") end,
                               fun() -> port_connect(P, self()) end, fun() -> erlang:port_call(P, 1, x) end,
                               fun() -> erlang:port_info(P) end, fun() -> link(P) end, fun() -> P ! {self(), {command, "x"}}, sent end]] end},
     {"bad calls", fun() ->
         P = spawned("cat", []),
         [error_of(F) || F <- [fun() -> port_command(P, x) end, fun() -> port_command(P, "x", [y]) end, fun() -> port_control(P, 1, "") end,
                               fun() -> port_connect(P, x) end, fun() -> erlang:port_info(P, x) end, fun() -> erlang:port_info(x, name) end,
                               fun() -> erlang:port_info(17, name) end, fun() -> erlang:port_call(P, 1, x) end]] end}].

devices() ->
    [{"a file", fun() ->
         File = filename:join(get(dir), "device"), P = open_port(File, [out]), port_command(P, "hey"), port_close(P),
         {file:read_file(File), all(open_port(File, [in, binary]))} end},
     {"a named pipe", fun() ->
         File = filename:join(get(dir), "pipe"), os:cmd("mkfifo " ++ File), P = open_port(File, [binary]),
         os:cmd("echo x >" ++ File), receive {P, {data, D}} -> D after 5000 -> timeout end end}].
