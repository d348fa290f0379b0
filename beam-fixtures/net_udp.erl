%% gen_udp: delivery, counted activity, connected sockets, control messages, errors; and what inet tells of the host.
-module(net_udp).
-export([main/0]).

main() ->
    lists:foreach(fun(F) -> io:format("~p: ~p~n", [F, catch case_of(F)]) end,
        [active, passive, header, counted, once, connected, control, errors, sizes, many, options, refused, local, v6,
         statistics, reopened, interfaces, services, hosts]).

open(O) ->
    {ok, S} = gen_udp:open(0, [{ip, {127, 0, 0, 1}} | O]),
    {ok, P} = inet:port(S),
    {S, P}.

next(S) -> next(S, 1000).
next(S, T) ->
    receive
        {udp, S, A, _, D} -> {udp, A, D};
        {udp, S, A, _, C, D} -> {udp, A, C, D};
        {Tag, S} -> Tag;
        {Tag, S, R} -> {Tag, R}
    after T -> nothing
    end.

to(S, P, D) -> gen_udp:send(S, {127, 0, 0, 1}, P, D).

case_of(active) ->
    [begin {S, P} = open([M]), ok = to(S, P, "hello"), next(S) end || M <- [list, binary]];
case_of(passive) ->
    [begin
         {S, P} = open([M, {active, false}]),
         A = [gen_udp:recv(S, 0, 0), gen_udp:recv(S, 0, 20)],
         to(S, P, ["a", <<"b">>]), to(S, P, ""),
         {ok, {Ip, P, D}} = gen_udp:recv(S, 0),
         {ok, {Ip, P, E}} = gen_udp:recv(S, 0, 1000),
         [A, Ip, D, E]
     end || M <- [list, binary]];
case_of(header) ->
    [begin
         {S, P} = open([binary, {header, H}, {active, A}]),
         to(S, P, "abcd"),
         case A of true -> next(S); false -> {ok, {_, _, D}} = gen_udp:recv(S, 0), D end
     end || H <- [0, 2, 4, 5], A <- [true, false]];
case_of(counted) ->
    {S, P} = open([{active, 2}]),
    [to(S, P, [X]) || X <- "1234"],
    A = [next(S), next(S), next(S), next(S, 50)],
    inet:setopts(S, [{active, 3}]),
    A ++ [next(S), next(S), inet:getopts(S, [active]), inet:setopts(S, [{active, -1}]), next(S)];
case_of(once) ->
    {S, P} = open([{active, once}]),
    [to(S, P, [X]) || X <- "12"],
    A = [next(S), next(S, 50)],
    inet:setopts(S, [{active, once}]),
    A ++ [next(S)];
case_of(connected) ->
    {S, P} = open([{active, false}]), {T, Q} = open([{active, false}]), {U, R} = open([{active, false}]),
    ok = gen_udp:connect(S, {127, 0, 0, 1}, Q),
    ok = gen_udp:send(S, "to the peer"),
    {ok, {_, P, A}} = gen_udp:recv(T, 0),
    to(U, P, "stranger"), to(T, P, "peer"),
    {ok, {Ip, Q, B}} = gen_udp:recv(S, 0),
    {ok, {Ip, Q}} = inet:peername(S),
    ok = gen_udp:connect(S, {127, 0, 0, 1}, R),
    gen_udp:send(S, "other"),
    {ok, {_, _, C}} = gen_udp:recv(U, 0),
    [A, B, C, inet:peername(T)];
case_of(control) ->
    {S, P} = open([{active, true}, {recvtos, true}, {recvttl, true}, {tos, 96}, {ttl, 33}]),
    to(S, P, "x"),
    A = next(S),
    ok = gen_udp:send(S, {{127, 0, 0, 1}, P}, [{tos, 32}, {ttl, 7}], "y"),
    B = next(S),
    inet:setopts(S, [{active, false}]),
    to(S, P, "z"),
    {ok, {_, _, C, D}} = gen_udp:recv(S, 0),
    [A, B, {C, D}, gen_udp:send(S, {{127, 0, 0, 1}, P}, [{active, 1}], "y"),
     inet:getopts(S, [recvtos, recvttl, tos, ttl])];
case_of(errors) ->
    {S, P} = open([{active, false}]),
    E = [gen_udp:open(P, [{ip, {127, 0, 0, 1}}]), gen_udp:send(S, "no peer"), gen_udp:send(S, {127, 0, 0, 1}, 0, "x"),
         gen_udp:send(S, {127, 0, 0, 1}, P, binary:copy(<<0>>, 70000)), catch gen_udp:send(S, a, b, c), inet:peername(S),
         gen_udp:open(0, [{ip, {1, 2, 3, 4}}]), (catch gen_udp:open(0, [nope]))],
    gen_udp:close(S),
    [E, gen_udp:recv(S, 0), gen_udp:send(S, {127, 0, 0, 1}, P, "x"), inet:port(S)];
case_of(sizes) ->
    {S, P} = open([binary, {active, false}, {buffer, 70000}]),
    [begin ok = to(S, P, binary:copy(<<"x">>, N)), {ok, {_, _, D}} = gen_udp:recv(S, 0), byte_size(D) end
     || N <- [0, 1, 64, 65, 1472, 9000, 60000]];
case_of(many) ->
    {S, P} = open([binary, {active, true}, {read_packets, 2}, {recbuf, 1000000}]),
    [to(S, P, <<N>>) || N <- lists:seq(1, 50)],
    R = [receive {udp, S, _, P, <<N>>} -> N after 1000 -> lost end || _ <- lists:seq(1, 50)],
    [R =:= lists:seq(1, 50), inet:getopts(S, [read_packets])];
case_of(options) ->
    {S, _} = open([]),
    [inet:getopts(S, [active, mode, header, deliver, read_packets, broadcast, reuseaddr, buffer, high_watermark, packet,
        multicast_ttl, multicast_loop, tos, ttl]), inet:setopts(S, [{read_packets, 0}]), inet:setopts(S, [{broadcast, true}]),
     inet:getopts(S, [broadcast]), inet:setopts(S, [{multicast_ttl, 5}, {multicast_loop, false}]),
     inet:getopts(S, [multicast_ttl, multicast_loop]), inet:setopts(S, [{add_membership, {{224, 1, 2, 3}, {127, 0, 0, 1}}}]),
     inet:setopts(S, [{drop_membership, {{224, 1, 2, 3}, {127, 0, 0, 1}}}])];
case_of(refused) ->
    {T, Q} = open([]), gen_udp:close(T),
    {S, _} = open([{active, true}]),
    ok = gen_udp:connect(S, {127, 0, 0, 1}, Q),
    A = gen_udp:send(S, "x"),
    B = next(S),
    inet:setopts(S, [{active, false}]),
    C = gen_udp:send(S, "x"),
    [A, B, C, gen_udp:recv(S, 0, 1000)];
case_of(local) ->
    F = "/tmp/inet_udp_" ++ os:getpid() ++ integer_to_list(erlang:unique_integer([positive])),
    {ok, S} = gen_udp:open(0, [{ifaddr, {local, F}}, {active, false}, binary]),
    {ok, T} = gen_udp:open(0, [local, {active, true}]),
    ok = gen_udp:send(T, {local, F}, 0, "hi"),
    A = gen_udp:recv(S, 0, 1000),
    {ok, {local, N}} = inet:sockname(S),
    R = [A, N =:= list_to_binary(F), inet:sockname(T), gen_udp:send(T, {local, "/no/such"}, 0, "x")],
    file:delete(F),
    R;
case_of(v6) ->
    case gen_udp:open(0, [inet6, {ip, {0, 0, 0, 0, 0, 0, 0, 1}}, {recvtclass, true}]) of
        {ok, S} ->
            {ok, P} = inet:port(S),
            ok = gen_udp:send(S, {{0, 0, 0, 0, 0, 0, 0, 1}, P}, [{tclass, 64}], "six"),
            [next(S), inet:getopts(S, [ipv6_v6only, recvtclass])];
        E -> E
    end;
case_of(statistics) ->
    {S, P} = open([{active, false}]),
    [begin to(S, P, lists:duplicate(N, 1)), gen_udp:recv(S, 0) end || N <- [4, 8, 3]],
    inet:getstat(S);
case_of(reopened) ->
    {S, _} = open([]),
    [prim_inet:getstatus(S), prim_inet:gettype(S), gen_udp:close(S), gen_udp:close(S)];
case_of(interfaces) ->
    {ok, All} = inet:getifaddrs(),
    Lo = proplists:get_value("lo", All),
    [proplists:get_value(flags, Lo), lists:member({addr, {127, 0, 0, 1}}, Lo), proplists:get_value(netmask, Lo),
     proplists:get_value(hwaddr, Lo), inet:ifget("lo", [addr, netmask, flags, hwaddr, broadaddr]),
     case inet:ifget("lo", [mtu]) of {ok, [{mtu, Mtu}]} when Mtu > 1500 -> large; Other -> Other end,
     inet:ifget("no_such", [addr, flags])];
case_of(services) ->
    [inet:getservbyname(no_such_service, tcp), inet:getservbyport(65431, tcp)];
case_of(hosts) ->
    {ok, N} = inet:gethostname(),
    [is_list(N), inet:getaddr("localhost", inet), inet:getaddr("127.0.0.3", inet), inet:getaddr({1, 2, 3, 4}, inet),
     inet:gethostbyname("localhost"), inet:getaddr("::1", inet6)].
