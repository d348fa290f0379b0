%% Every option of inet, set and read on every kind of socket, with values that make sense and values that don't. (Those that
%% an image's network has not are in net_linux.)
-module(net_options).
-export([main/0]).

main() ->
    process_flag(trap_exit, true),
    lists:foreach(fun sockets/1, kinds()),
    raw(),
    received().

kinds() -> [listen, connected, accepted, udp, udp_connected, tcp6, udp6, local, local_udp].

%% A socket that is not active, and what it needs to live.
open(listen) -> {ok, L} = gen_tcp:listen(0, [{ip, {127, 0, 0, 1}}, {active, false}]), {L, []};
open(connected) -> {S, C, L} = pair([{ip, {127, 0, 0, 1}}], {127, 0, 0, 1}, []), {C, [S, L]};
open(accepted) -> {S, C, L} = pair([{ip, {127, 0, 0, 1}}], {127, 0, 0, 1}, []), {S, [C, L]};
open(tcp6) -> {S, C, L} = pair([inet6, {ip, loopback6()}], loopback6(), [inet6]), {C, [S, L]};
open(udp) -> {ok, S} = gen_udp:open(0, [{active, false}]), {S, []};
open(udp_connected) ->
    {ok, S} = gen_udp:open(0, [{active, false}]),
    ok = gen_udp:connect(S, {127, 0, 0, 1}, 9),
    {S, []};
open(udp6) -> {ok, S} = gen_udp:open(0, [inet6, {active, false}]), {S, []};
open(local) ->
    {ok, L} = gen_tcp:listen(0, [{ifaddr, {local, <<0, "net_options_", (integer_to_binary(erlang:unique_integer([positive])))/binary>>}},
        {active, false}]),
    {ok, Name} = inet:sockname(L),
    {ok, C} = gen_tcp:connect(Name, 0, [local, {active, false}]),
    {ok, S} = gen_tcp:accept(L),
    {C, [S, L]};
open(local_udp) -> {ok, S} = gen_udp:open(0, [local, {active, false}]), {S, []}.

loopback6() -> {0, 0, 0, 0, 0, 0, 0, 1}.

pair(Listen, Address, Connect) ->
    {ok, L} = gen_tcp:listen(0, [{active, false} | Listen]),
    {ok, P} = inet:port(L),
    {ok, C} = gen_tcp:connect(Address, P, [{active, false} | Connect]),
    {ok, S} = gen_tcp:accept(L),
    {S, C, L}.

sockets(Kind) ->
    io:format("~n~p~n", [Kind]),
    {Fresh, Others} = open(Kind),
    io:format("fresh ~p~n", [[O || O <- told(), inet:getopts(Fresh, [O]) =/= {ok, []}]]),
    io:format("values ~p~n", [[try_get(Fresh, O) || O <- told() -- sizes()]]),
    close(Fresh, Others),
    lists:foreach(fun({Option, Values}) ->
        {Socket, Beside} = open(Kind),
        io:format("~p ~p~n", [Option, [set(Socket, Option, V) || V <- Values]]),
        close(Socket, Beside)
    end, values()).

close(Socket, Others) -> [catch inet:close(S) || S <- [Socket | Others]].

set(Socket, Option, Value) ->
    Set = try inet:setopts(Socket, [{Option, Value}]) catch C:_ -> C end,
    case lists:member(Option, write_only()) of
        true -> Set;
        false -> {Set, try_get(Socket, Option)}
    end.

try_get(Socket, Option) ->
    case catch inet:getopts(Socket, [Option]) of
        {ok, [{Option, V}]} -> V;
        {ok, []} -> none;
        Other -> Other
    end.

%% Sizes that the system chooses.
sizes() -> [sndbuf, recbuf, buffer].
%% What can't be read, and what stock reads only by chance.
write_only() -> [add_membership, drop_membership, line_delimiter, multicast_if].

told() -> [O || {O, _} <- values(), not lists:member(O, write_only())].

values() ->
    Bool = [true, false, 1, yes],
    [{reuseaddr, Bool}, {keepalive, Bool}, {dontroute, Bool}, {broadcast, Bool},
     {linger, [{true, 5}, {false, 7}, {true, 0}, {yes, 1}, true]},
     {sndbuf, [20000, foo]}, {recbuf, [20000, foo]}, {buffer, [3000, 0, -1, foo]},
     {priority, [0, 3, 6, -1, foo]}, {tos, [16, 0, 255, 256, -1, foo]}, {tclass, [16, 0, -1, 255, 256, -2, foo]},
     {ttl, [1, 64, 255, 0, 256, -1, foo]},
     {recvtos, Bool}, {recvtclass, Bool}, {recvttl, Bool}, {pktoptions, [[], foo]},
     {nodelay, Bool},
     {multicast_ttl, [0, 7, 255, 256, -1, foo]}, {multicast_loop, Bool},
     {multicast_if, [{127, 0, 0, 1}, {0, 0, 0, 0}, {1, 2, 3, 4}, 1, 0, 77, foo]},
     {add_membership, [{{1, 2, 3, 4}, {0, 0, 0, 0}}, {{224, 1, 1, 1}, {1, 2, 3, 4}}, foo, {1, 2}]},
     {drop_membership, [{{224, 1, 1, 1}, {0, 0, 0, 0}}, foo]},
     {ipv6_v6only, Bool},
     {header, [0, 4, -1, foo]}, {active, [false, once, 3, 40000, -40000, foo]},
     {packet, [0, 1, 2, 4, raw, line, http, http_bin, httph, httph_bin, cdr, fcgi, tpkt, asn1, sunrm, ssl_tls, 3, foo]},
     {mode, [list, binary, foo]}, {deliver, [term, port, foo]}, {exit_on_close, Bool},
     {high_watermark, [100, 9000, -1, foo]}, {low_watermark, [100, 9000, -1, foo]},
     {high_msgq_watermark, [100, 0, 9000, -1, foo]}, {low_msgq_watermark, [100, 0, 9000, -1, foo]},
     {send_timeout, [infinity, 100, 0, -1, foo]}, {send_timeout_close, Bool}, {delay_send, Bool},
     {packet_size, [0, 100, 67108863, 67108864, -1, foo]}, {read_packets, [1, 100, 0, -1, foo]},
     {netns, ["/nowhere", <<"/nowhere">>, foo]}, {show_econnreset, Bool}, {line_delimiter, [$x, 255, 256, -1, foo]},
     {no_such_option, [1, true]}].

%% Options by the system's numbers.
raw() ->
    io:format("~nraw~n"),
    {Stream, Beside} = open(connected),
    {Udp, _} = open(udp),
    {Six, _} = open(udp6),
    Sockets = [Stream, Udp, Six],
    Get = fun(L, O, N) -> [inet:getopts(S, [{raw, L, O, N}]) || S <- Sockets] end,
    Set = fun(L, O, B) -> [catch inet:setopts(S, [{raw, L, O, B}]) || S <- Sockets] end,
    %% Level, option, a value to set: known to inet or not, of a byte and of four, too short, too long, none.
    lists:foreach(fun({L, O, Values}) ->
        io:format("~p ~p: ~p ~p~n", [L, O, [Get(L, O, N) || N <- [4, 1, <<0:32>>]], [{Set(L, O, V), Get(L, O, 4)} || V <- Values]])
    end, [{1, 9, [<<1:32/native>>, <<1>>, <<>>, <<0:64>>]}, {0, 2, [<<7:32/native>>, <<9>>, <<>>, <<0:32>>]},
          {0, 1, [<<32>>, <<>>]}, {6, 1, [<<0:32>>, <<1:32/native>>, <<1>>]}, {6, 4, [<<100:32/native>>, <<0:32>>]},
          {41, 67, [<<5:32/native>>, <<5>>]}, {99, 99, [<<1:32>>]}, {1, 999, [<<1:32>>]}, {0, 999, [<<1:32>>]},
          {6, 999, [<<1:32>>]}, {1, 3, [<<1:32>>]}, {1, 39, []}, {1, 38, []}]),
    io:format("~p~n", [[catch inet:getopts(Stream, [{raw, L, O, N}]) || {L, O, N} <- [{1, 13, 8}, {1, 13, <<0:64>>}, {a, 1, 4}, {1, 2, -1}, {1, 2, foo}, {1, 2, 0}]]]),
    io:format("~p~n", [[catch inet:setopts(Stream, [{raw, L, O, V}]) || {L, O, V} <- [{1, 13, <<1:32/native, 3:32/native>>}, {1, 13, <<1>>}, {a, 1, <<>>}, {1, 2, 7}]]]),
    io:format("~p~n", [inet:getopts(Stream, [linger])]),
    [close(S, Beside) || S <- Sockets].

%% What comes with packets.
received() ->
    io:format("~nreceived~n"),
    {S, C, L} = pair([{ip, {127, 0, 0, 1}}, {recvtos, true}, {recvttl, true}], {127, 0, 0, 1}, [{tos, 32}, {ttl, 77}]),
    ok = gen_tcp:send(C, "x"),
    {ok, "x"} = gen_tcp:recv(S, 1),
    io:format("v4 ~p ~p~n", [inet:getopts(S, [pktoptions]), inet:getopts(C, [pktoptions])]),
    close(S, [C, L]),
    {S6, C6, L6} = pair([inet6, {ip, loopback6()}, {recvtclass, true}], loopback6(), [inet6, {tclass, 32}]),
    ok = gen_tcp:send(C6, "x"),
    {ok, "x"} = gen_tcp:recv(S6, 1),
    io:format("v6 ~p ~p~n", [inet:getopts(S6, [pktoptions]), inet:getopts(C6, [pktoptions])]),
    close(S6, [C6, L6]),
    lists:foreach(fun({Family, Address, Wanted, Sent}) ->
        {ok, To} = gen_udp:open(0, [binary, Family, {active, false} | Wanted]),
        {ok, Port} = inet:port(To),
        {ok, From} = gen_udp:open(0, [Family, {ip, Address}]),
        Plain = fun({_, _, Data}) -> Data; ({_, _, Anc, Data}) -> {Anc, Data} end,
        ok = gen_udp:send(From, {Address, Port}, "passive"),
        {ok, One} = gen_udp:recv(To, 0, 2000),
        ok = gen_udp:send(From, {Address, Port}, Sent, "sent"),
        {ok, Two} = gen_udp:recv(To, 0, 2000),
        inet:setopts(To, [{active, once}]),
        ok = gen_udp:send(From, {Address, Port}, Sent, "active"),
        Three = receive {udp, To, _, _, D} -> D; {udp, To, _, _, A, D} -> {A, D} after 2000 -> nothing end,
        io:format("~p ~p ~p: ~p~n", [Family, Wanted, Sent, [Plain(One), Plain(Two), Three]]),
        close(To, [From])
    end, [{inet, {127, 0, 0, 1}, [], [{tos, 16}]}, {inet, {127, 0, 0, 1}, [{recvtos, true}], [{tos, 16}]},
          {inet, {127, 0, 0, 1}, [{recvttl, true}], [{ttl, 3}]}, {inet, {127, 0, 0, 1}, [{recvttl, true}, {recvtos, true}], [{ttl, 3}, {tos, 8}]},
          {inet6, loopback6(), [{recvtclass, true}], [{tclass, 16}]}, {inet6, loopback6(), [{recvtclass, true}, {recvtos, true}, {recvttl, true}], []},
          {inet6, loopback6(), [], [{tclass, 16}]}]).
