%% The module socket: streams, datagrams, local ones, options, errors, and who waits for what.
-module(net_socket).
-export([main/0]).

main() ->
    streams(),
    waiting(),
    datagrams(),
    locals(),
    options(),
    files(),
    net().

say(Tag, Value) -> io:format("~p ~p~n", [Tag, plain(Value)]).

%% Maps print in an order that differs by release.
plain(Map) when is_map(Map) -> {map, [{K, plain(V)} || {K, V} <- lists:sort(maps:to_list(Map))]};
plain(List) when is_list(List) -> [plain(E) || E <- List];
plain(Tuple) when is_tuple(Tuple) -> list_to_tuple(plain(tuple_to_list(Tuple)));
plain(Other) -> Other.

loopback() -> #{family => inet, addr => loopback, port => 0}.

listener() ->
    {ok, Listen} = socket:open(inet, stream, tcp),
    ok = socket:bind(Listen, loopback()),
    ok = socket:listen(Listen, 5),
    {ok, Name} = socket:sockname(Listen),
    {Listen, Name}.

pair() ->
    {Listen, Name} = listener(),
    {ok, One} = socket:open(inet, stream, tcp),
    ok = socket:connect(One, Name),
    {ok, Other} = socket:accept(Listen),
    ok = socket:close(Listen),
    {One, Other}.

streams() ->
    {One, Other} = pair(),
    {ok, Name} = socket:sockname(One),
    say(names, {socket:peername(Other) =:= {ok, Name}, maps:get(family, Name)}),
    say(send, socket:send(One, [<<"hel">>, "lo"])),
    say(exactly, socket:recv(Other, 5)),
    say(sendmsg, socket:sendmsg(Other, #{iov => [<<"ab">>, <<>>, <<"cd">>]})),
    say(peek, socket:recv(One, 4, [peek])),
    {ok, Message} = socket:recvmsg(One),
    say(recvmsg, maps:with([iov, flags], Message)),
    say(timeout, socket:recv(One, 1, 20)),
    say(polled, socket:recv(One, 0, 0)),
    say(half, {socket:shutdown(One, write), socket:recv(Other), socket:send(Other, "last"), socket:recv(One, 4)}),
    say(closed, {socket:close(One), socket:close(One), socket:recv(One), socket:send(One, "x"), socket:sockname(One)}),
    socket:close(Other),
    {Gone, Name1} = listener(),
    socket:close(Gone),
    {ok, Late} = socket:open(inet, stream, tcp),
    say(refused, socket:connect(Late, Name1)),
    say(not_connected, {socket:peername(Late), socket:recv(Late), socket:send(Late, "x")}),
    say(bad, {socket:open(inet, foo), socket:open(foo, stream), try socket:shutdown(Late, foo) catch error:Reason -> element(1, Reason) end}),
    {Busy, Name2} = listener(),
    {ok, Same} = socket:open(inet, stream, tcp),
    say(in_use, socket:bind(Same, Name2)),
    [socket:close(S) || S <- [Late, Busy, Same]].

waiting() ->
    {One, Other} = pair(),
    {select, {select_info, recv, Handle} = Info} = socket:recv(One, 3, nowait),
    say(handle, is_reference(Handle)),
    ok = socket:send(Other, "abc"),
    receive {'$socket', One, select, Handle} -> say(select, socket:recv(One, 3, nowait)) after 2000 -> say(select, none) end,
    say(cancel_late, element(1, socket:cancel(One, Info))),
    {select, Again} = socket:recv(One, 1, nowait),
    say(cancel, socket:cancel(One, Again)),
    Self = self(),
    Reader = spawn(fun() -> Self ! {reader, socket:recv(One, 1, nowait)}, receive M -> Self ! {told, M} end end),
    {select, _} = receive {reader, R} -> R end,
    {select, {select_info, _, Mine}} = socket:recv(One, 1, nowait),
    exit(Reader, kill),
    ok = socket:send(Other, "x"),
    receive {'$socket', One, select, Mine} -> say(turn, select) after 2000 -> say(turn, none) end,
    say(close, socket:close(One)),
    Owner = spawn(fun() -> {ok, S} = socket:open(inet, dgram), Self ! {opened, S}, receive stop -> ok end end),
    Opened = receive {opened, S} -> S end,
    Monitor = monitor(process, Owner),
    Owner ! stop,
    receive {'DOWN', Monitor, _, _, _} -> ok end,
    timer:sleep(20),
    say(owner_gone, socket:sockname(Opened)),
    {Listen, _} = listener(),
    Acceptor = spawn(fun() -> Self ! {accepted, socket:accept(Listen)} end),
    timer:sleep(20),
    socket:close(Listen),
    say(accept_aborted, receive {accepted, A} -> A after 2000 -> {none, Acceptor} end),
    socket:close(Other).

datagrams() ->
    {ok, One} = socket:open(inet, dgram, udp),
    ok = socket:bind(One, loopback()),
    {ok, Name} = socket:sockname(One),
    {ok, Other} = socket:open(inet, dgram, udp),
    ok = socket:bind(Other, loopback()),
    {ok, From} = socket:sockname(Other),
    say(sendto, socket:sendto(Other, <<"datagram">>, Name)),
    {ok, {Source, Data}} = socket:recvfrom(One),
    say(recvfrom, {Source =:= From, Data}),
    say(empty, {socket:sendto(Other, <<>>, Name), element(2, element(2, socket:recvfrom(One)))}),
    say(short, {socket:sendto(Other, <<"0123456789">>, Name), element(2, element(2, socket:recvfrom(One, 4)))}),
    say(ttl, {socket:setopt(One, {ip, recvttl}, true), socket:setopt(Other, {ip, ttl}, 77)}),
    ok = socket:sendto(Other, <<"x">>, Name),
    {ok, #{ctrl := Control}} = socket:recvmsg(One),
    say(control, [{L, T, V} || #{level := L, type := T, value := V} <- Control]),
    say(connect, {socket:connect(Other, Name), socket:send(Other, "to the peer"), socket:recv(One)}),
    say(large, socket:sendto(One, binary:copy(<<0>>, 70000), From)),
    [socket:close(S) || S <- [One, Other]].

locals() ->
    Path = "/tmp/net_socket_" ++ os:getpid(),
    {ok, Listen} = socket:open(local, stream),
    say(local, {socket:bind(Listen, #{family => local, path => Path}), socket:listen(Listen)}),
    {ok, One} = socket:open(local, stream),
    say(local_connect, socket:connect(One, #{family => local, path => Path})),
    {ok, Other} = socket:accept(Listen),
    say(local_data, {socket:send(One, "through a file"), socket:recv(Other)}),
    say(local_protocol, socket:getopt(One, {socket, protocol})),
    file:delete(Path),
    [socket:close(S) || S <- [Listen, One, Other]].

options() ->
    {ok, Socket} = socket:open(inet, stream, tcp),
    Get = fun(Option) -> socket:getopt(Socket, Option) end,
    say(kind, [Get({socket, O}) || O <- [domain, type, protocol, acceptconn, linger, keepalive]]),
    Set = fun(Option, Value) -> {socket:setopt(Socket, Option, Value), Get(Option)} end,
    say(linger, Set({socket, linger}, #{onoff => true, linger => 3})),
    say(bools, [Set({L, O}, true) || {L, O} <- [{socket, keepalive}, {socket, reuseaddr}, {tcp, nodelay}, {ip, recvtos}]]),
    say(tos, [socket:setopt(Socket, {ip, tos}, V) || V <- [lowdelay, 4, 0]]),
    say(tos_told, [begin socket:setopt(Socket, {ip, tos}, V), Get({ip, tos}) end
                   || V <- [lowdelay, mincost, 20, 46, 184, 255, 256, ef, cs1, #{tos => lowdelay, precedence => routine},
                            #{tos => 3, precedence => 9}, #{tos => default}, foo]]),
    say(ttl, Set({ip, ttl}, 9)),
    say(otp, [Set({otp, O}, V) || {O, V} <- [{rcvbuf, 100}, {rcvbuf, {3, 50}}, {rcvbuf, default}, {debug, false}, {meta, {a, 1}}]]),
    say(bad, [socket:setopt(Socket, O, V) || {O, V} <- [{{socket, keepalive}, 7}, {{tcp, nodelay}, x}, {{foo, bar}, 1}, {{socket, type}, 1}]]),
    say(native, {socket:setopt_native(Socket, {socket, 9}, 0), socket:getopt_native(Socket, {socket, 9}, integer),
                 socket:getopt_native(Socket, {socket, 9}, boolean), socket:getopt_native(Socket, {socket, 9}, 4)}),
    Info = socket:info(Socket),
    say(info, maps:with([domain, type, protocol, ctype, num_readers, num_writers, num_acceptors, rstates], Info)),
    {Pid, Ref} = spawn_monitor(fun() -> exit(socket:setopt(Socket, {otp, controlling_process}, self())) end),
    receive {'DOWN', Ref, process, Pid, Reason} -> say(not_owner, Reason) end,
    say(supported, [socket:is_supported(K) || K <- [ipv6, local, sendfile]]),
    socket:close(Socket).

files() ->
    Name = "/tmp/net_socket_file_" ++ os:getpid(),
    Data = binary:copy(<<"0123456789">>, 50000),
    ok = file:write_file(Name, Data),
    {One, Other} = pair(),
    Self = self(),
    spawn_link(fun() -> Self ! {all, all(Other, [])} end),
    {ok, File} = file:open(Name, [read, raw, binary]),
    say(sendfile, socket:sendfile(One, File, 10, 499980)),
    ok = file:close(File),
    ok = file:delete(Name),
    socket:close(One),
    receive {all, All} -> say(same, All =:= binary:part(Data, 10, 499980)) end.

all(Socket, Parts) ->
    case socket:recv(Socket) of
        {ok, Part} -> all(Socket, [Part | Parts]);
        {error, closed} -> iolist_to_binary(lists:reverse(Parts))
    end.

net() ->
    {ok, [#{addr := Address} | _]} = net:getaddrinfo("127.0.0.1", "80"),
    say(getaddrinfo, Address),
    say(getnameinfo, net:getnameinfo(#{family => inet, addr => {127, 0, 0, 1}, port => 81}, [numerichost, numericserv])),
    say(unknown, {net:getaddrinfo("no.such.name.invalid"), net:if_name2index("nosuch"), net:if_index2name(1)}),
    {ok, Interfaces} = net:getifaddrs(),
    say(loopback, [maps:with([flags, addr, netmask], I) || #{name := "lo", addr := #{family := inet}} = I <- Interfaces]).
