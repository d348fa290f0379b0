%% The module socket, as far as Linux gives what an image's own network has not: descriptors and credentials over local
%% sockets, network namespaces, errors of earlier packets, raw sockets, rarer options.
-module(net_linux).
-export([main/0]).

main() ->
    passing(),
    errors(),
    raw(),
    numbers(),
    drivers().

say(Tag, Value) -> io:format("~p ~p~n", [Tag, plain(Value)]).

%% Maps print in an order that differs by release.
plain(Map) when is_map(Map) -> {map, [{K, plain(V)} || {K, V} <- lists:sort(maps:to_list(Map))]};
plain(List) when is_list(List) -> [plain(E) || E <- List];
plain(Tuple) when is_tuple(Tuple) -> list_to_tuple(plain(tuple_to_list(Tuple)));
plain(Other) -> Other.

loopback() -> #{family => inet, addr => loopback, port => 0}.

%% A descriptor that goes over a local socket; network namespaces, of which this is one.
passing() ->
    Path = iolist_to_binary(["/tmp/net_socket_passing_", os:getpid()]),
    {ok, Listen} = socket:open(local, stream),
    ok = socket:bind(Listen, #{family => local, path => Path}),
    ok = socket:listen(Listen),
    {ok, One} = socket:open(local, stream),
    ok = socket:connect(One, #{family => local, path => Path}),
    {ok, Other} = socket:accept(Listen),
    ok = file:delete(Path),
    {ok, Socket} = socket:open(inet, dgram),
    ok = socket:bind(Socket, loopback()),
    {ok, Descriptor} = socket:getopt(Socket, {otp, fd}),
    Rights = #{level => socket, type => rights, data => <<Descriptor:32/native>>},
    say(pass, socket:sendmsg(One, #{iov => [<<"here">>], ctrl => [Rights]})),
    {ok, #{iov := Iov, ctrl := [#{level := Level, type := Type, data := <<New:32/native>>}]}} = socket:recvmsg(Other),
    say(passed, {Iov, Level, Type, New =:= Descriptor}),
    {ok, Again} = socket:open(New, #{}),
    say(same_socket, socket:sockname(Again) =:= socket:sockname(Socket)),
    ok = socket:setopt(Other, {socket, passcred}, true),
    ok = socket:send(One, "me"),
    {ok, #{ctrl := [#{type := Who, data := <<Pid:32/native, _:32, _:32>>}]}} = socket:recvmsg(Other),
    say(credentials, {Who, integer_to_list(Pid) =:= os:getpid()}),
    [socket:close(S) || S <- [Listen, One, Other, Socket, Again]],
    Open = fun(File) -> case socket:open(inet, dgram, udp, #{netns => File}) of {ok, S} -> socket:close(S); Error -> Error end end,
    say(netns, [Open(File) || File <- ["/proc/self/ns/net", "/proc/self/ns/nothing", "/proc/version"]]),
    {ok, Udp} = socket:open(inet, dgram),
    say(ioctl, [socket:ioctl(Udp, Request, "lo") || Request <- [giftxqlen, gifmtu, gifindex]]),
    {ok, Map} = socket:ioctl(Udp, gifmap, "lo"),
    say(gifmap, Map),
    socket:close(Udp).

%% An error that came back for a datagram; and one that is in too many parts.
errors() ->
    {ok, Gone} = socket:open(inet, dgram),
    ok = socket:bind(Gone, loopback()),
    {ok, Name} = socket:sockname(Gone),
    socket:close(Gone),
    {ok, Socket} = socket:open(inet, dgram),
    say(recverr, {socket:setopt(Socket, {ip, recverr}, true), socket:getopt(Socket, {ip, recverr})}),
    ok = socket:connect(Socket, Name),
    ok = socket:send(Socket, "x"),
    timer:sleep(50),
    {ok, #{ctrl := [#{level := Level, type := Type, value := Error}], flags := Flags}} = socket:recvmsg(Socket, [errqueue]),
    say(error, {Level, Type, maps:remove(offender, Error), Flags}),
    say(offender, maps:with([family, addr], maps:get(offender, Error))),
    say(parts, socket:sendmsg(Socket, #{iov => lists:duplicate(1025, <<"x">>)})),
    socket:close(Socket).

%% A ping of this machine, by hand: where that is allowed.
raw() ->
    case socket:open(inet, raw, icmp) of
        {ok, Socket} ->
            ok = socket:connect(Socket, loopback()),
            Body = <<"joist">>,
            Echo = fun(Sum) -> <<8, 0, Sum:16, 77:16, 1:16, Body/binary, 0>> end,
            Sum = lists:sum([W || <<W:16>> <= Echo(0)]),
            ok = socket:send(Socket, Echo(16#ffff - (Sum rem 16#ffff))),
            say(raw, maps:with([domain, type], socket:info(Socket))),
            say(echo, answer(Socket)),
            socket:close(Socket);
        Error ->
            say(raw, Error)
    end.

%% The kernel's answer, among what else comes.
answer(Socket) ->
    case socket:recv(Socket, 0, 2000) of
        {ok, <<4:4, Words:4, Rest/binary>>} ->
            case binary:part(Rest, Words * 4 - 1, byte_size(Rest) - Words * 4 + 1) of
                <<0, 0, _:16, 77:16, 1:16, Body/binary>> -> Body;
                _ -> answer(Socket)
            end;
        Error -> Error
    end.

%% Options of inet that an image's network has not.
drivers() ->
    {ok, Listen} = gen_tcp:listen(0, [{active, false}]),
    {ok, Udp} = gen_udp:open(0, [local, {active, false}]),
    Set = fun(S, O, V) -> {try inet:setopts(S, [{O, V}]) catch C:_ -> C end, inet:getopts(S, [O])} end,
    say(options, [Set(S, O, V) || S <- [Listen, Udp], {O, V} <- [{nopush, true}, {nopush, false}, {bind_to_device, <<>>},
        {bind_to_device, <<"lo">>}, {bind_to_device, <<"no_such">>}, {bind_to_device, <<"a_name_that_is_too_long">>}]]),
    %% By number: names of congestion control, a time, a buffer that says what is wanted, a level that nobody has.
    Get = fun(S, L, O, V) -> inet:getopts(S, [{raw, L, O, V}]) end,
    say(by_number, [{Get(S, 6, 13, 4), Get(S, 1, 20, 16), Get(S, 0, 80, <<0:128>>), Get(S, 41, 6, 48), Get(S, 270, 1, 4)}
                    || S <- [Listen, Udp]]),
    [inet:close(S) || S <- [Listen, Udp]].

numbers() ->
    {ok, Socket} = socket:open(inet, stream, tcp),
    Set = fun(Option, Value) -> {socket:setopt(Socket, Option, Value), socket:getopt(Socket, Option)} end,
    say(numbers, [Set({L, O}, V) || {L, O, V} <- [{tcp, maxseg, 1000}, {socket, rcvlowat, 7}, {ip, mtu_discover, want},
                                                  {ip, minttl, 3}, {socket, peek_off, 5}, {tcp, cork, true}]]),
    socket:close(Socket).
