%% Local sockets: streams, packets and datagrams, by gen_tcp, gen_udp and socket, with names in the file system and beside it.
-module(net_local).
-export([main/0]).

main() ->
    names(),
    streams(),
    tcp(),
    udp(),
    packets(),
    datagrams(),
    abstract(),
    ends(),
    waiting(),
    much().

say(Tag, Value) -> io:format("~p ~p~n", [Tag, Value]).

path(Name) ->
    Unique = integer_to_list(erlang:unique_integer([positive])),
    list_to_binary(filename:join("/tmp", Name ++ os:getpid() ++ "_" ++ Unique)).

at(Path) -> #{family => local, path => Path}.

%% A listener, its path; and a connection of two ends.
listener(Type) ->
    Path = path("listener"),
    {ok, L} = socket:open(local, Type),
    ok = socket:bind(L, at(Path)),
    ok = socket:listen(L, 5),
    {L, Path}.

pair(Type) ->
    {L, Path} = listener(Type),
    {ok, A} = socket:open(local, Type),
    ok = socket:connect(A, at(Path)),
    {ok, B} = socket:accept(L),
    ok = socket:close(L),
    ok = file:delete(Path),
    {A, B}.

names() ->
    Path = path("name"),
    {ok, A} = socket:open(local, stream),
    {ok, B} = socket:open(local, stream),
    say(unnamed, {socket:sockname(A) =:= {ok, at(<<>>)}, socket:peername(A)}),
    say(bind, {socket:bind(A, at(Path)), socket:bind(A, at(path("again"))), socket:bind(B, at(Path))}),
    {ok, #{path := Named}} = socket:sockname(A),
    say(named, Named =:= Path),
    {ok, Info} = file:read_file_info(Path),
    say(file, {element(2, Info), element(3, Info), element(8, Info) band 8#170000, file:read_file(Path), file:open(Path, [read])}),
    say(not_listening, socket:connect(B, at(Path))),
    say(close, {socket:close(A), filelib:is_file(Path), socket:connect(B, at(Path)), socket:bind(B, at(Path))}),
    say(delete, {file:delete(Path), socket:connect(B, at(Path)), socket:bind(B, at(Path)), socket:listen(B)}),
    say(nowhere, {socket:bind(B, at(<<"/nowhere/at/all">>)), socket:connect(B, at(<<"/nowhere/at/all">>))}),
    socket:close(B),
    file:delete(Path),
    Plain = path("plain"),
    ok = file:write_file(Plain, "x"),
    {ok, C} = socket:open(local, stream),
    say(plain_file, {socket:connect(C, at(Plain)), socket:bind(C, at(Plain)), socket:listen(C)}),
    say(other_family, {socket:bind(C, #{family => inet, addr => loopback, port => 0}), socket:setopt(C, tcp, nodelay, true)}),
    socket:close(C),
    file:delete(Plain),
    {ok, D} = socket:open(local, dgram),
    say(datagram, {socket:listen(D), socket:accept(D, 0)}),
    socket:close(D).

streams() ->
    {L, Path} = listener(stream),
    Name = path("client"),
    {ok, A} = socket:open(local, stream),
    ok = socket:bind(A, at(Name)),
    say(connect, {socket:connect(A, at(Path)), socket:connect(A, at(Path))}),
    {ok, B} = socket:accept(L),
    {ok, #{path := Peer}} = socket:peername(B),
    {ok, #{path := Own}} = socket:sockname(B),
    say(ends, {Peer =:= Name, Own =:= Path}),
    say(send, {socket:send(A, "abc"), socket:send(A, ["de", <<"f">>]), socket:recv(B, 4), socket:recv(B, 0)}),
    say(nothing, {socket:recv(B, 0, 0), socket:recv(B, 3, 10)}),
    ok = socket:send(B, "answer"),
    say(peek, {socket:recv(A, 3, [peek]), socket:recv(A)}),
    ok = socket:send(A, "x"),
    {ok, {#{path := From}, <<"x">>}} = socket:recvfrom(B),
    say(from, From =:= Name),
    say(to, socket:sendto(A, "y", at(Path))),
    say(half, {socket:shutdown(A, write), socket:recv(B), socket:send(A, "z"), socket:send(B, "late"), socket:recv(A)}),
    say(options, [socket:getopt(B, socket, O) || O <- [type, domain, acceptconn, reuseaddr]]),
    say(listening, socket:getopt(L, socket, acceptconn)),
    [socket:close(S) || S <- [A, B, L]],
    [file:delete(F) || F <- [Path, Name]].

tcp() ->
    Path = path("tcp"),
    {ok, L} = gen_tcp:listen(0, [{ifaddr, {local, Path}}, binary, {active, false}, {packet, 2}]),
    say(again, gen_tcp:listen(0, [{ifaddr, {local, Path}}])),
    {ok, A} = gen_tcp:connect({local, Path}, 0, [binary, {active, true}, {packet, 2}]),
    {ok, B} = gen_tcp:accept(L),
    say(names, {inet:sockname(L) =:= {ok, {local, Path}}, inet:peername(A) =:= {ok, {local, Path}}, inet:peername(B), inet:port(L) =:= {ok, Path}}),
    ok = gen_tcp:send(B, "packet"),
    receive {tcp, A, Data} -> say(active, Data) after 2000 -> say(active, none) end,
    ok = gen_tcp:send(A, <<"back">>),
    say(passive, gen_tcp:recv(B, 0, 2000)),
    ok = gen_tcp:close(B),
    receive {tcp_closed, A} -> say(closed, A =/= B) after 2000 -> say(closed, none) end,
    gen_tcp:close(L),
    say(refused, gen_tcp:connect({local, Path}, 0, [])),
    file:delete(Path),
    say(gone, gen_tcp:connect({local, Path}, 0, [])).

udp() ->
    {One, Two} = {path("one"), path("two")},
    {ok, A} = gen_udp:open(0, [{ifaddr, {local, One}}, binary, {active, false}]),
    {ok, B} = gen_udp:open(0, [{ifaddr, {local, Two}}, binary, {active, true}]),
    ok = gen_udp:send(A, {local, Two}, 0, "datagram"),
    receive {udp, B, {local, From}, 0, Data} -> say(active, {From =:= One, Data}) after 2000 -> say(active, none) end,
    ok = gen_udp:send(B, {local, One}, 0, "back"),
    %% (OTP 25's prim_inet trips over such an address.)
    say(passive, try gen_udp:recv(A, 0, 2000) =:= {ok, {{local, Two}, 0, <<"back">>}} catch error:Reason -> Reason end),
    gen_udp:close(B),
    say(refused, gen_udp:send(A, {local, Two}, 0, "x")),
    gen_udp:close(A),
    [file:delete(F) || F <- [One, Two]].

packets() ->
    {A, B} = pair(seqpacket),
    [ok = socket:send(A, P) || P <- ["one", "three", "x"]],
    say(packets, {socket:recv(B), socket:recv(B), socket:recv(B, 0, 1000)}),
    say(end_, {socket:close(A), socket:recv(B)}),
    socket:close(B).

datagrams() ->
    {One, Two} = {path("one"), path("two")},
    {ok, A} = socket:open(local, dgram),
    {ok, B} = socket:open(local, dgram),
    ok = socket:bind(B, at(Two)),
    say(send, {socket:send(A, "x"), socket:sendto(A, "unnamed", at(Two)), socket:sendto(A, "none", at(One))}),
    {ok, {Nobody, Unnamed}} = socket:recvfrom(B),
    say(unnamed, {lists:sort(maps:to_list(Nobody)), Unnamed}),
    ok = socket:bind(A, at(One)),
    say(connect, {socket:connect(A, at(Two)), socket:send(A, "named"), socket:send(A, "")}),
    {ok, {#{path := From}, Data}} = socket:recvfrom(B),
    say(named, {From =:= One, Data, element(2, element(2, socket:recvfrom(B)))}),
    ok = socket:send(A, "message"),
    {ok, #{addr := #{path := From3}, iov := Iov3, ctrl := Ctrl}} = socket:recvmsg(B),
    say(message, {From3 =:= One, Iov3, Ctrl}),
    {ok, Anonymous} = socket:open(local, dgram),
    ok = socket:sendto(Anonymous, "anonymous", at(Two)),
    {ok, Message} = socket:recvmsg(B),
    say(anonymous, lists:sort(maps:keys(Message))),
    socket:close(Anonymous),
    ok = socket:send(A, "longer"),
    {ok, #{iov := Iov, flags := Flags}} = socket:recvmsg(B, 3, 0),
    say(cut, {Iov, Flags}),
    {ok, C} = socket:open(local, dgram),
    say(not_for_me, {socket:connect(B, at(One)), socket:sendto(C, "x", at(Two))}),
    say(kind, begin {ok, S} = socket:open(local, stream), R = socket:connect(S, at(Two)), socket:close(S), R end),
    ok = socket:close(B),
    say(gone, {socket:send(A, "x"), socket:send(A, "x")}),
    [socket:close(X) || X <- [A, C]],
    [file:delete(F) || F <- [One, Two]].

abstract() ->
    Name = <<0, "joist", (integer_to_binary(erlang:unique_integer([positive])))/binary, (list_to_binary(os:getpid()))/binary>>,
    {ok, A} = socket:open(local, dgram),
    {ok, B} = socket:open(local, dgram),
    say(bind, {socket:bind(A, at(Name)), socket:bind(B, at(Name))}),
    say(send, {socket:sendto(B, "hello", at(Name)), socket:recv(A)}),
    say(close, {socket:close(A), socket:sendto(B, "hello", at(Name)), socket:bind(B, at(Name))}),
    socket:close(B),
    {ok, C} = socket:open(local, dgram),
    ok = socket:bind(C, at(<<>>)),
    {ok, #{path := <<0, Own/binary>>}} = socket:sockname(C),
    say(own, byte_size(Own)),
    socket:close(C).

ends() ->
    {A, B} = pair(stream),
    ok = socket:send(A, "unread"),
    say(reset, {socket:close(B), socket:recv(A), socket:send(A, "x")}),
    socket:close(A),
    {C, D} = pair(stream),
    ok = socket:send(C, "read"),
    say(over, {socket:close(C), socket:recv(D), socket:recv(D), socket:send(D, "x")}),
    socket:close(D),
    {L, Path} = listener(stream),
    {ok, E} = socket:open(local, stream),
    ok = socket:connect(E, at(Path)),
    say(never_accepted, {socket:close(L), socket:recv(E)}),
    socket:close(E),
    file:delete(Path),
    {ok, F} = socket:open(local, stream),
    say(unconnected, {socket:send(F, "x"), socket:recv(F), socket:shutdown(F, read)}),
    socket:close(F).

%% Those who wait are served in turn, and the next one when the one before it dies.
waiting() ->
    {A, B} = pair(stream),
    Self = self(),
    Reader = fun(N) -> spawn(fun() -> Self ! {N, socket:recv(B, 1)} end) end,
    One = Reader(1), timer:sleep(30),
    _ = Reader(2), timer:sleep(30),
    _ = Reader(3), timer:sleep(30),
    exit(One, kill), timer:sleep(30),
    ok = socket:send(A, "ab"),
    say(second, receive {2, R2} -> R2 after 2000 -> none end),
    say(third, receive {3, R3} -> R3 after 2000 -> none end),
    %% One that died is not followed by a wake-up for nothing.
    Asker = fun(Size) -> spawn(fun() ->
        {select, {select_info, _, Ref}} = socket:recv(B, Size, nowait),
        Self ! {self(), asked},
        receive {'$socket', _, select, Ref} -> Self ! {self(), woken} end
    end) end,
    First = Asker(1), receive {First, asked} -> ok end,
    Second = Asker(1), receive {Second, asked} -> ok end,
    exit(First, kill),
    say(asleep, receive {Second, woken} -> woken after 100 -> asleep end),
    ok = socket:send(A, "c"),
    say(awake, receive {Second, woken} -> woken after 2000 -> asleep end),
    {L, Path} = listener(stream),
    Acceptors = [spawn(fun() -> {ok, S} = socket:accept(L), Self ! accepted, receive stop -> socket:close(S) end end) || _ <- [1, 2, 3]],
    timer:sleep(30),
    Clients = [begin {ok, C} = socket:open(local, stream), ok = socket:connect(C, at(Path)), C end || _ <- [1, 2, 3]],
    say(accepted, [receive accepted -> yes after 2000 -> no end || _ <- Clients]),
    [P ! stop || P <- Acceptors],
    say(closed, [socket:recv(C, 0, 2000) || C <- Clients]),
    [socket:close(S) || S <- [A, B, L | Clients]],
    file:delete(Path).

%% More than buffers hold, both ways at once; and more datagrams than wait.
much() ->
    {A, B} = pair(stream),
    Data = binary:copy(<<"0123456789abcdef">>, 100_000),
    Self = self(),
    Run = fun(To) -> spawn_link(fun() -> Self ! {sent, socket:send(To, Data)} end) end,
    Get = fun(From) -> spawn_link(fun() -> {ok, Got} = socket:recv(From, byte_size(Data)), Self ! {got, Got =:= Data} end) end,
    [Run(S) || S <- [A, B]],
    [Get(S) || S <- [A, B]],
    say(both_ways, [receive {got, Is} -> Is after 20000 -> none end || _ <- [1, 2]] ++ [receive {sent, R} -> R after 20000 -> none end || _ <- [1, 2]]),
    [socket:close(S) || S <- [A, B]],
    Path = path("much"),
    {ok, C} = socket:open(local, dgram),
    {ok, D} = socket:open(local, dgram),
    ok = socket:bind(D, at(Path)),
    ok = socket:connect(C, at(Path)),
    spawn_link(fun() -> Self ! {all, [socket:send(C, <<N:32>>) || N <- lists:seq(1, 500)]} end),
    timer:sleep(50),
    say(in_order, [N || {ok, <<N:32>>} <- [socket:recv(D, 0, 5000) || _ <- lists:seq(1, 500)]] =:= lists:seq(1, 500)),
    say(all, receive {all, All} -> lists:usort(All) after 5000 -> none end),
    [socket:close(S) || S <- [C, D]],
    file:delete(Path).
