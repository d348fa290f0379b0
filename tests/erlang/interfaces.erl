%% Changes of an interface, by inet and by socket: what comes of each. For a network namespace of its own, with a link `dm0`.
-module(interfaces).
-export([main/0]).

main() ->
    {ok, S} = gen_udp:open(0),
    lists:foreach(fun(Options) ->
        say(Options, [inet:ifset(S, "dm0", Options), got(S)])
    end, [[{flags, [down]}], [{addr, {10, 1, 2, 3}}], [{netmask, {255, 255, 255, 0}}], [{netmask, {255, 0, 255, 0}}],
          [{broadaddr, {10, 1, 2, 77}}], [{dstaddr, {10, 1, 2, 78}}], [{mtu, 1400}], [{mtu, 1}], [{mtu, 1 bsl 30}],
          [{flags, [up]}], [{flags, [running]}], [{flags, [no_broadcast]}], [{flags, [pointtopoint]}],
          [{flags, [no_pointtopoint, broadcast]}], [{flags, [up, down]}], [{flags, [up]}], [{flags, [nothing]}],
          [{addr, {192, 168, 5, 4}}, {netmask, {255, 255, 0, 0}}, {mtu, 1450}, {flags, [up]}],
          [{addr, {0, 0, 0, 0}}], [{addr, {224, 0, 0, 1}}], [{addr, {172, 16, 0, 9}}], [{addr, {192, 16, 0, 9}}],
          [{addr, {1, 2, 3, 4, 5, 6, 7, 8}}], [{addr, nothing}], [{mtu, nothing}], [{nothing, 1}], []]),
    say(none, [inet:ifset(S, "nosuch", [{addr, {192, 168, 5, 4}}]), inet:ifget(S, "nosuch", [addr])]),
    say(lo, [inet:ifset("lo", [{addr, {127, 0, 0, 2}}]), inet:ifget("lo", [addr, netmask, broadaddr, dstaddr, mtu, flags])]),
    {ok, S6} = gen_udp:open(0, [inet6]),
    say(inet6, [inet:ifset(S6, "dm0", [{addr, {10, 9, 9, 9}}, {mtu, 1333}, {netmask, {255, 255, 255, 0}}]), got(S), got(S6)]),
    say(raw, [erlang:port_control(S, 16#03f1a300 + 23, Data) || Data <- [<<>>, <<9>>, <<3, "dm0">>, <<3, "dm0", 9>>,
        <<3, "dm0", 1>>, <<3, "dm0", 1, 1, 2>>, <<3, "dm0", 1, 9, 1, 2, 3, 4>>, <<3, "dm0", 4, 0>>, <<3, "dm0", 7, 0, 9, 1>>,
        <<3, "dm0", 4, 0, 0, 5, 220, 99>>]]),
    {ok, Ifs} = inet:getifaddrs(),
    say(all, [lists:sort(O) || {"dm0", O} <- Ifs]),
    by_socket(),
    %% Stock leaves the kind of address to chance here.
    inet:ifset(S, "dm0", [{hwaddr, [2, 3, 4, 5, 6, 7]}]),
    {ok, [{hwaddr, Hardware}]} = inet:ifget(S, "dm0", [hwaddr]),
    io:format("~nhardware ~w~n", [Hardware]).

say(What, Value) -> io:format("~p ~p~n", [What, Value]).

got(S) -> inet:ifget(S, "dm0", [addr, netmask, broadaddr, dstaddr, mtu, flags]).

by_socket() ->
    {ok, K} = socket:open(inet, dgram, udp),
    V4 = fun(A) -> #{family => inet, addr => A, port => 0} end,
    lists:foreach(fun({Set, Get, Value}) ->
        say({Set, Value}, [socket:ioctl(K, Set, Name, Value) || Name <- ["dm0", "nosuch"]] ++ [plain(socket:ioctl(K, Get, "dm0"))])
    end, [{sifmtu, gifmtu, 1300}, {sifmtu, gifmtu, 1}, {siftxqlen, giftxqlen, 77}, {siftxqlen, giftxqlen, -5},
          {sifaddr, gifaddr, V4({10, 5, 5, 5})}, {sifaddr, gifaddr, V4({225, 5, 5, 5})},
          {sifbrdaddr, gifbrdaddr, V4({10, 5, 5, 255})}, {sifdstaddr, gifdstaddr, V4({10, 5, 5, 6})},
          {sifflags, gifflags, #{up => false}}, {sifflags, gifflags, #{up => true, promisc => true}},
          {sifflags, gifflags, #{promisc => false, broadcast => false}}]),
    say(told, [plain(socket:ioctl(K, R, I)) || R <- [gifaddr, gifnetmask, gifbrdaddr, gifdstaddr, gifmtu, gifflags], I <- ["dm0", "lo"]]).

%% Maps print in an order that differs by release.
plain({ok, Map}) when is_map(Map) -> {ok, lists:sort(maps:to_list(Map))};
plain(Other) -> Other.
