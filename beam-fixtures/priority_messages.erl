%% Priority messages (OTP 28): their order in the queue, who may send them, receives in progress, and how they are
%% switched on and off. On older releases there are none.
-module(priority_messages).
-export([main/0]).

-if(?OTP_RELEASE >= 28).

main() ->
    process_flag(trap_exit, true),
    aliases(),
    monitors(),
    links(),
    in_progress(),
    markers(),
    exits(),
    options().

show(T) -> io:format("~p~n", [T]).

enabled() -> element(2, process_info(self(), priority_messages)).

queue() ->
    {messages, M} = process_info(self(), messages),
    [begin receive X -> ok end, plain(X) end || X <- M].

plain({'DOWN', _, process, _, R}) -> {'DOWN', R};
plain({'EXIT', P, R}) when is_pid(P) -> {'EXIT', R};
plain({T, _, process, _, R}) -> {T, R};
plain(X) -> X.

aliases() ->
    A = alias([priority]),
    B = alias([priority, reply]),
    C = alias(),
    show(enabled()),
    self() ! 1,
    erlang:send(self(), 2, [priority]),
    erlang:send(A, {p, 3}, [priority]),
    A ! 4,
    erlang:send(C, 5, [priority]),
    erlang:send(B, {p, 6}, [priority]),
    erlang:send(B, {p, lost}, [priority]),
    erlang:send(A, {p, 7}, [priority, noconnect, nosuspend]),
    erlang:send(A, 8, []),
    show(queue()),
    self() ! 1,
    erlang:send(A, {p, 2}, [priority]),
    show(receive 1 -> one end),
    self() ! 3,
    erlang:send(A, {p, 4}, [priority]),
    show(queue()),
    show([unalias(A), unalias(B), enabled(), unalias(C)]),
    erlang:send(A, lost, [priority]),
    show(queue()).

monitors() ->
    self() ! first,
    P = spawn(fun() -> receive go -> exit(gone) end end),
    R = monitor(process, P, [priority, {tag, tagged}]),
    N = monitor(process, P),
    Q = monitor(process, P, [{alias, explicit_unalias}, priority]),
    show(enabled()),
    Q ! through,
    P ! go,
    wait(5),
    {Before, [first | After]} = lists:splitwith(fun(M) -> M =/= first end, queue()),
    show([lists:sort(Before), After, enabled(), is_reference(R), is_reference(N)]),
    erlang:send(Q, behind, [priority]),
    self() ! last,
    show(queue()),
    unalias(Q),
    S = monitor(process, self_and_wait(), [priority]),
    show([enabled(), demonitor(S), enabled()]),
    self() ! first,
    {P2, _} = spawn_opt(fun() -> exit(bye) end, [{monitor, [priority]}]),
    wait(2),
    show([is_pid(P2), queue(), enabled()]),
    self() ! first,
    monitor(process, P2, [priority]),
    wait(2),
    show(queue()).

self_and_wait() -> spawn(fun() -> receive after infinity -> ok end end).

links() ->
    Exit = fun() -> receive go -> exit(gone) end end,
    self() ! first,
    [P1, P2, P3, P4] = [spawn(Exit) || _ <- [1, 2, 3, 4]],
    link(P1, [priority]),
    link(P2),
    link(P2, [priority]),
    link(P3, [priority]),
    link(P3),
    link(P4, []),
    show(enabled()),
    [begin P ! go, wait(N) end || {P, N} <- [{P3, 2}, {P1, 3}, {P4, 4}, {P2, 5}]],
    {messages, M} = process_info(self(), messages),
    show([case X of {'EXIT', P, R} -> {proplists:get_value(P, [{P1, 1}, {P2, 2}, {P3, 3}, {P4, 4}]), R}; _ -> X end || X <- M]),
    queue(),
    show(enabled()),
    P5 = spawn_opt(Exit, [{link, [priority]}]),
    P6 = spawn_opt(Exit, [{link, []}]),
    show(enabled()),
    self() ! first,
    [begin P ! go, wait(N) end || {P, N} <- [{P6, 2}, {P5, 3}]],
    {messages, [{'EXIT', Q5, gone}, first, {'EXIT', Q6, gone}]} = process_info(self(), messages),
    show([Q5 =:= P5, Q6 =:= P6]),
    queue(),
    P7 = spawn(Exit),
    link(P7, [priority]),
    unlink(P7),
    show(enabled()).

%% A receive that has passed over the place where a priority message comes looks at it all the same.
in_progress() ->
    A = alias([priority]),
    Me = self(),
    [self() ! N || N <- lists:seq(1, 100)],
    spawn(fun() -> erlang:send(A, {p, wanted}, [priority]), Me ! done end),
    show(receive {p, X} -> X end),
    receive done -> ok end,
    spawn(fun() -> receive after 50 -> ok end, erlang:send(A, {p, later}, [priority]) end),
    show(receive {p, Y} -> Y after 5000 -> none end),
    show([length(queue()), unalias(A)]).

%% A receive that begins at a mark of its reference finds priority messages before it.
markers() ->
    A = alias([priority]),
    [self() ! N || N <- lists:seq(1, 50)],
    R = make_ref(),
    erlang:send(A, {p, R}, [priority]),
    self() ! {m, R},
    show([receive {p, R} -> p after 0 -> none end, receive {m, R} -> m after 0 -> none end]),
    Q = make_ref(),
    self() ! {m, Q},
    erlang:send(A, {p, other}, [priority]),
    show([receive {m, Q} -> m after 0 -> none end, hd(queue()), unalias(A)]).

exits() ->
    A = alias([priority]),
    B = alias(),
    self() ! first,
    exit(A, one, [priority]),
    exit(A, two),
    exit(B, three, [priority]),
    erlang:exit_signal(A, four, [priority]),
    erlang:exit_signal(self(), normal),
    show(queue()),
    unalias(A),
    exit(A, lost, [priority]),
    exit(make_ref(), lost, [priority]),
    show(queue()),
    unalias(B),
    {P, M} = spawn_monitor(fun() -> erlang:exit_signal(self(), normal), exit(alive) end),
    show(receive {'DOWN', M, process, P, W} -> W end),
    {P2, M2} = spawn_monitor(fun() -> exit(self(), normal), exit(alive) end),
    show(receive {'DOWN', M2, process, P2, W2} -> W2 end),
    {P3, M3} = spawn_monitor(fun() -> C = alias(), exit(C, kill), receive after infinity -> ok end end),
    show(receive {'DOWN', M3, process, P3, W3} -> W3 end).

options() ->
    show([attempt(F) || F <- [fun() -> erlang:send(self(), x, [high]) end, fun() -> erlang:send(self(), x, [priority | x]) end,
                              fun() -> link(self(), [high]) end, fun() -> link(self(), priority) end, fun() -> link(self(), [priority]) end,
                              fun() -> monitor(process, self(), [high]) end, fun() -> exit(self(), x, [high]) end,
                              fun() -> exit(self(), x, [priority | x]) end, fun() -> alias([high]) end,
                              fun() -> spawn_opt(fun() -> ok end, [{link, [high]}]) end, fun() -> spawn_opt(fun() -> ok end, [{link, priority}]) end]]),
    show([queue(), enabled()]).

wait(N) ->
    case process_info(self(), message_queue_len) of
        {_, N} -> ok;
        _ -> receive after 1 -> wait(N) end
    end.

attempt(F) ->
    try
        F()
    catch
        C:R:S ->
            [{M, N, A, I} | _] = S,
            {C, R, M, N, if is_list(A) -> length(A); true -> A end, [Info || {error_info, Info} <- I]}
    end.

-else.

main() -> io:put_chars("no priority messages\n").

-endif.
