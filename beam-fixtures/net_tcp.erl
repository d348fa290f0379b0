%% gen_tcp: connecting, modes of delivery, timeouts, half close, errors, statistics, hand-over.
-module(net_tcp).
-export([main/0]).

main() ->
    process_flag(trap_exit, true),
    lists:foreach(fun(F) -> io:format("~p: ~p~n", [F, catch case_of(F)]) end,
        [passive, sizes, modes, header, once, counted, active_close, active_close_list, timeouts, half_close, errors,
         owner, unrecv, statistics, states, many_accept, accept_killed, close_while_waiting, exit_on_close, options,
         watermarks, send_timeout, large, info, local, names, fdopen]).

pair(Options) -> pair(Options, Options).

pair(Server, Client) ->
    {ok, L} = gen_tcp:listen(0, [{ip, {127, 0, 0, 1}} | Server]),
    {ok, P} = inet:port(L),
    {ok, C} = gen_tcp:connect({127, 0, 0, 1}, P, Client, 5000),
    {ok, S} = gen_tcp:accept(L, 5000),
    gen_tcp:close(L),
    {S, C}.

%% The next message, without the socket.
next(S) -> next(S, 2000).
next(S, T) ->
    receive
        {Tag, S} -> Tag;
        {Tag, S, Data} -> {Tag, Data};
        {'EXIT', S, R} -> {exit, R}
    after T -> nothing
    end.

case_of(passive) ->
    {S, C} = pair([binary, {active, false}]),
    ok = gen_tcp:send(C, [<<"ab">>, $c, ["de"]]),
    R = [gen_tcp:recv(S, 2), gen_tcp:recv(S, 3)],
    ok = gen_tcp:send(S, ""),
    ok = gen_tcp:send(S, "x"),
    [gen_tcp:recv(C, 0), gen_tcp:close(C), gen_tcp:recv(S, 0), gen_tcp:recv(S, 0), gen_tcp:send(S, "y") | R];
case_of(sizes) ->
    {S, C} = pair([{active, false}, {packet, 4}]),
    [begin ok = gen_tcp:send(C, lists:duplicate(N, $a)), {ok, L} = gen_tcp:recv(S, 0), length(L) end
     || N <- [0, 1, 1000, 1460, 1461, 70000, 300000]];
case_of(modes) ->
    [begin {S, C} = pair([M, {active, true}]), gen_tcp:send(C, "data"), next(S) end || M <- [list, binary]];
case_of(header) ->
    [begin
         {S, C} = pair([binary, {header, H}, {active, A}, {packet, 2}]),
         gen_tcp:send(C, "abcd"),
         case A of true -> next(S); false -> gen_tcp:recv(S, 0) end
     end || H <- [0, 1, 3, 4, 5], A <- [true, false]];
case_of(once) ->
    {S, C} = pair([binary, {active, once}, {packet, 1}]),
    [gen_tcp:send(C, X) || X <- ["1", "2", "3"]],
    A = [next(S), next(S, 50)],
    inet:setopts(S, [{active, once}]),
    B = [next(S), next(S, 50), gen_tcp:recv(S, 0), inet:getopts(S, [active])],
    A ++ B;
case_of(counted) ->
    {S, C} = pair([binary, {active, false}, {packet, 1}]),
    ok = inet:setopts(S, [{active, 2}]),
    G = inet:getopts(S, [active]),
    [gen_tcp:send(C, [X]) || X <- "1234"],
    A = [next(S), next(S), next(S), next(S, 50)],
    ok = inet:setopts(S, [{active, 5}]),
    B = [next(S), next(S), inet:getopts(S, [active]), inet:setopts(S, [{active, -3}]), next(S)],
    [G, A, B, inet:setopts(S, [{active, 32767}]), inet:setopts(S, [{active, 1}]), inet:setopts(S, [{active, -40000}])];
case_of(active_close) ->
    {S, C} = pair([binary, {active, true}]),
    gen_tcp:send(C, "last"),
    gen_tcp:close(C),
    [next(S), next(S), next(S), erlang:port_info(S)];
case_of(active_close_list) ->
    {S, C} = pair([{active, true}, {exit_on_close, false}]),
    gen_tcp:close(C),
    [next(S), next(S, 50), gen_tcp:send(S, "x"), inet:getopts(S, [active, exit_on_close])];
case_of(timeouts) ->
    {S, C} = pair([binary, {active, false}]),
    A = [gen_tcp:recv(S, 0, 0), gen_tcp:recv(S, 5, 30)],
    gen_tcp:send(C, "abc"),
    B = [gen_tcp:recv(S, 5, 100), gen_tcp:recv(S, 3, 100)],
    {ok, L} = gen_tcp:listen(0, []),
    [A, B, gen_tcp:accept(L, 0), gen_tcp:accept(L, 30)];
case_of(half_close) ->
    {S, C} = pair([binary, {active, false}]),
    ok = gen_tcp:shutdown(C, write),
    A = [gen_tcp:send(C, "x"), gen_tcp:recv(S, 0)],
    {S2, C2} = pair([binary, {active, false}, {exit_on_close, false}]),
    ok = gen_tcp:shutdown(C2, write),
    B = [gen_tcp:recv(S2, 0), gen_tcp:send(S2, "still"), gen_tcp:recv(C2, 0), gen_tcp:shutdown(S2, read_write)],
    [A, B, gen_tcp:shutdown(S2, write)];
case_of(errors) ->
    {ok, L} = gen_tcp:listen(0, [{ip, {127, 0, 0, 1}}]),
    {ok, P} = inet:port(L),
    Busy = gen_tcp:listen(P, [{ip, {127, 0, 0, 1}}]),
    gen_tcp:close(L),
    {S, _} = pair([{active, false}]),
    [Busy, gen_tcp:connect({127, 0, 0, 1}, P, [], 1000), gen_tcp:listen(0, [{ip, {1, 2, 3, 4}}]), gen_tcp:accept(S, 0),
     (catch gen_tcp:listen(0, [{nope, 1}])), gen_tcp:send(L, "x"), gen_tcp:recv(L, 0),
     inet:setopts(S, [{packet, 7}]), inet:setopts(S, [{active, 'maybe'}]), inet:getopts(S, [nope]), prim_inet:recv(S, 1 bsl 27),
     inet:peername(L), inet:port(L), gen_tcp:accept(L), reason(fun() -> erlang:port_control(L, 1, []) end),
     erlang:port_control(S, 16#03f1a300 + 200, []), reason(fun() -> erlang:port_call(S, 1, []) end)];
case_of(owner) ->
    {S, C} = pair([binary, {active, false}]),
    Me = self(),
    P = spawn_link(fun() -> receive go -> ok end, inet:setopts(S, [{active, true}]), Me ! {self(), next(S)} end),
    A = gen_tcp:controlling_process(S, P),
    B = [gen_tcp:controlling_process(S, self()), erlang:port_info(S, connected) =:= {connected, P}],
    P ! go,
    gen_tcp:send(C, "yours"),
    D = receive {P, M} -> M end,
    E = receive {'EXIT', P, R} -> R end,
    [A, B, D, E, gen_tcp:recv(C, 0, 1000), erlang:port_info(S)];
case_of(unrecv) ->
    {S, C} = pair([binary, {active, false}]),
    gen_tcp:send(C, "cd"),
    {ok, X} = gen_tcp:recv(S, 2),
    ok = gen_tcp:unrecv(S, X),
    ok = gen_tcp:unrecv(S, "ab"),
    A = gen_tcp:recv(S, 0),
    ok = gen_tcp:unrecv(S, "again"),
    inet:setopts(S, [{active, once}]),
    [A, next(S)];
case_of(statistics) ->
    {S, C} = pair([binary, {active, false}, {packet, 2}]),
    [begin gen_tcp:send(C, lists:duplicate(N, $x)), gen_tcp:recv(S, 0) end || N <- [1, 10, 100]],
    [inet:getstat(S), inet:getstat(C), inet:getstat(C, [send_pend, recv_oct]), inet:getstat(C, [nope])];
case_of(states) ->
    {S, C} = pair([]),
    {ok, L} = gen_tcp:listen(0, []),
    A = [prim_inet:getstatus(X) || X <- [S, C, L]],
    Pid = spawn_link(fun() -> gen_tcp:accept(L) end),
    timer:sleep(50),
    B = prim_inet:getstatus(L),
    unlink(Pid), exit(Pid, kill), timer:sleep(50),
    [A, B, prim_inet:getstatus(L), prim_inet:gettype(S)];
case_of(many_accept) ->
    {ok, L} = gen_tcp:listen(0, [{ip, {127, 0, 0, 1}}, {active, false}]),
    {ok, P} = inet:port(L),
    Me = self(),
    Ps = [begin
         Pid = spawn_link(fun() ->
             R = case gen_tcp:accept(L, T) of {ok, S} -> gen_tcp:recv(S, 1); E -> E end, Me ! {N, R} end),
         timer:sleep(20), Pid end || {N, T} <- [{1, 5000}, {2, 60}, {3, 5000}, {4, infinity}]],
    timer:sleep(150),
    [begin {ok, C} = gen_tcp:connect({127, 0, 0, 1}, P, []), gen_tcp:send(C, [X]), timer:sleep(30) end || X <- "abc"],
    R = [receive {N, X} -> {N, X} end || N <- [1, 2, 3, 4]],
    [receive {'EXIT', Q, normal} -> ok end || Q <- Ps],
    R;
case_of(accept_killed) ->
    {ok, L} = gen_tcp:listen(0, [{ip, {127, 0, 0, 1}}, {active, false}]),
    {ok, P} = inet:port(L),
    A = spawn(fun() -> gen_tcp:accept(L) end),
    timer:sleep(30),
    exit(A, kill),
    timer:sleep(50),
    {ok, C} = gen_tcp:connect({127, 0, 0, 1}, P, []),
    {ok, S} = gen_tcp:accept(L, 1000),
    gen_tcp:send(C, "z"),
    gen_tcp:recv(S, 1);
case_of(close_while_waiting) ->
    {S, _} = pair([{active, false}]),
    {ok, L} = gen_tcp:listen(0, []),
    Me = self(),
    spawn(fun() -> Me ! {a, gen_tcp:accept(L)} end),
    spawn(fun() -> Me ! {r, gen_tcp:recv(S, 0)} end),
    timer:sleep(50),
    gen_tcp:close(L), gen_tcp:close(S),
    [receive {X, R} -> {X, R} after 1000 -> {X, nothing} end || X <- [a, r]];
case_of(exit_on_close) ->
    {S, C} = pair([{active, false}]),
    gen_tcp:send(C, "abc"),
    timer:sleep(30),
    gen_tcp:close(C),
    timer:sleep(30),
    [inet:setopts(S, [{active, true}]), next(S), next(S), next(S), inet:setopts(S, [{active, true}])];
case_of(options) ->
    {S, _} = pair([]),
    ok = inet:setopts(S, [{nodelay, true}, {keepalive, true}, {linger, {true, 3}}, {high_watermark, 100}, {buffer, 4000},
        {send_timeout, 77}, {send_timeout_close, true}, {delay_send, true}, {packet_size, 99}, {show_econnreset, true},
        {line_delimiter, $x}, {high_msgq_watermark, 3000}, {tos, 16}, {priority, 3}]),
    inet:getopts(S, [nodelay, keepalive, linger, high_watermark, low_watermark, buffer, send_timeout, send_timeout_close,
        delay_send, packet_size, show_econnreset, line_delimiter_no, high_msgq_watermark, low_msgq_watermark]),
    [inet:getopts(S, [nodelay, keepalive, linger, high_watermark, low_watermark, buffer, send_timeout, send_timeout_close,
        delay_send, packet_size, show_econnreset, high_msgq_watermark, low_msgq_watermark, tos, priority, active, mode,
        packet, header, deliver, exit_on_close, reuseaddr, dontroute, read_packets, netns, raw]),
     inet:getopts(S, [{raw, 6, 1, 4}, {raw, 1, 9, <<0:32>>}, {raw, 99, 99, 4}]),
     inet:setopts(S, [{raw, 6, 1, <<0:32>>}]), inet:getopts(S, [nodelay]), inet:setopts(S, [{high_msgq_watermark, 0}]),
     inet:setopts(S, [{bind_to_device, <<"no_such_device">>}]), inet:getopts(S, [ipv6_v6only, recvtos, ttl]),
     inet:setopts(S, [{ipv6_v6only, true}])];
case_of(watermarks) ->
    {S, C} = pair([binary, {active, false}, {sndbuf, 4096}, {recbuf, 4096}, {buffer, 4096}]),
    Me = self(),
    N = 400, B = binary:copy(<<"0123456789">>, 1000),
    spawn_link(fun() -> [ok = gen_tcp:send(C, B) || _ <- lists:seq(1, N)], gen_tcp:shutdown(C, write), Me ! sent end),
    timer:sleep(100),
    Busy = receive sent -> sent after 0 -> waits end,
    Size = drain(S, 0),
    receive sent -> ok end,
    receive {'EXIT', P, normal} when is_pid(P) -> ok end,
    [Busy, Size =:= N * byte_size(B), inet:getstat(C, [send_pend])];
case_of(send_timeout) ->
    {S, C} = pair([binary, {active, false}], [{active, false}, {send_timeout, 50}, {sndbuf, 4096}, {recbuf, 4096}]),
    A = fill(C, binary:copy(<<"x">>, 100000)),
    {_, D} = pair([binary, {active, false}], [{send_timeout, 50}, {send_timeout_close, true}, {sndbuf, 4096}, {active, false}]),
    B = fill(D, binary:copy(<<"x">>, 100000)),
    {_, E} = pair([binary, {active, false}], [{sndbuf, 4096}, {active, false}, {send_timeout, 50}]),
    fill(E, binary:copy(<<"x">>, 100000)),
    [A, B, gen_tcp:send(D, "y"), gen_tcp:recv(D, 0), byte_size(element(2, gen_tcp:recv(S, 100)))];
case_of(large) ->
    {S, C} = pair([binary, {active, false}]),
    B = rand:bytes(3000000),
    spawn_link(fun() -> ok = gen_tcp:send(C, B), receive after infinity -> ok end end),
    {ok, R} = gen_tcp:recv(S, byte_size(B)),
    R =:= B;
case_of(info) ->
    {S, C} = pair([binary, {active, false}]),
    gen_tcp:send(C, "abcdef"),
    gen_tcp:recv(S, 6),
    [erlang:port_info(S, X) || X <- [name, input, queue_size, os_pid, locking, monitors, registered_name]]
        ++ [erlang:port_info(S, connected) =:= {connected, self()},
            erlang:port_info(S, links) =:= {links, [self()]}];
case_of(local) ->
    F = "/tmp/inet_tcp_" ++ os:getpid() ++ integer_to_list(erlang:unique_integer([positive])),
    {ok, L} = gen_tcp:listen(0, [{ifaddr, {local, F}}, binary, {active, false}]),
    A = inet:sockname(L) =:= {ok, {local, list_to_binary(F)}},
    {ok, C} = gen_tcp:connect({local, F}, 0, [binary, {active, false}]),
    {ok, S} = gen_tcp:accept(L),
    gen_tcp:send(C, "over a file"),
    R = [A, gen_tcp:recv(S, 0), inet:peername(S), inet:peername(C) =:= inet:sockname(L),
         gen_tcp:connect({local, "/no/such/name"}, 0, []), gen_tcp:listen(0, [{ifaddr, {local, F}}])],
    file:delete(F),
    R;
case_of(names) ->
    {S, C} = pair([]),
    {ok, {A, P}} = inet:sockname(S),
    [A, inet:peername(C) =:= {ok, {A, P}}, inet:socknames(S) =:= {ok, [{A, P}]}, inet:peernames(C) =:= {ok, [{A, P}]},
     inet:setsockname(S, {{9, 8, 7, 6}, 5}), inet:sockname(S), inet:setpeername(S, {{1, 2, 3, 4}, 6}), inet:peername(S),
     inet:setsockname(S, undefined), inet:sockname(S) =:= {ok, {A, P}}];
case_of(fdopen) ->
    {S, C} = pair([binary, {active, false}]),
    {ok, Fd} = prim_inet:getfd(S),
    {ok, T} = gen_tcp:fdopen(Fd, [binary, {active, false}]),
    gen_tcp:send(C, "one"),
    A = gen_tcp:recv(T, 3),
    gen_tcp:send(T, "two"),
    [A, gen_tcp:recv(C, 3), gen_tcp:fdopen(9999, [])].

drain(S, N) ->
    case gen_tcp:recv(S, 0) of
        {ok, B} -> drain(S, N + byte_size(B));
        {error, closed} -> N
    end.

fill(C, B) ->
    case gen_tcp:send(C, B) of
        ok -> fill(C, B);
        E -> E
    end.

reason(F) -> try F() catch C:R -> {C, R} end.
