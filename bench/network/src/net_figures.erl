%% Servers in plain gen_tcp and gen_udp for `scripts/network-figures`, each on a port of its own:
%% 8080 HTTP, 8081 sends without end, 8082 takes all by recv/2, 8083 takes all by {active, N}, 8084 echoes what comes
%% now and then, 8085 echoes datagrams. Who takes all answers with their number, once the other end has shut down.
-module(net_figures).
-behaviour(application).
-export([start/2, stop/1]).

start(_Type, _Args) ->
    Pid = spawn_link(fun() ->
        register(net_figures, self()),
        listen(8080, fun(S) -> http(S, <<>>) end),
        Piece = binary:copy(<<"0123456789abcdef">>, 4096),
        listen(8081, fun(S) -> source(S, Piece) end),
        listen(8082, fun(S) -> ok = inet:setopts(S, [{buffer, 1 bsl 16}]), sink(S, 0) end),
        listen(8083, fun(S) -> ok = inet:setopts(S, [{active, 100}, {buffer, 1 bsl 16}]), active_sink(S, 0) end),
        listen(8084, fun(S) -> echo(S) end),
        spawn_link(fun() ->
            {ok, U} = gen_udp:open(8085, [binary, {active, 100}, {recbuf, 1 bsl 20}]),
            udp_echo(U)
        end),
        io:format("serving~n"),
        receive stop -> ok end
    end),
    {ok, Pid}.

stop(_State) -> ok.

listen(Port, Serve) ->
    {ok, L} = gen_tcp:listen(Port, [binary, {active, false}, {reuseaddr, true}, {nodelay, true}, {backlog, 1024},
                                  {exit_on_close, false}]),
    %% What listens belongs to the caller: accepting is for others.
    [spawn_link(fun() -> accept(L, Serve) end) || _ <- lists:seq(1, 4)],
    ok.

accept(L, Serve) ->
    {ok, S} = gen_tcp:accept(L),
    Pid = spawn(fun() -> receive go -> Serve(S) end end),
    ok = gen_tcp:controlling_process(S, Pid),
    Pid ! go,
    accept(L, Serve).

http(S, Seen) ->
    case gen_tcp:recv(S, 0) of
        {ok, Data} ->
            case binary:split(<<Seen/binary, Data/binary>>, <<"\r\n\r\n">>) of
                [_, Rest] ->
                    case gen_tcp:send(S, <<"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 17\r\n\r\n"
                                           "Hello from Joist\n">>) of
                        ok -> http(S, Rest);
                        {error, _} -> gen_tcp:close(S)
                    end;
                [Part] -> http(S, Part)
            end;
        {error, _} -> gen_tcp:close(S)
    end.

source(S, Piece) ->
    case gen_tcp:send(S, Piece) of
        ok -> source(S, Piece);
        {error, _} -> gen_tcp:close(S)
    end.

sink(S, Sum) ->
    case gen_tcp:recv(S, 0) of
        {ok, Data} -> sink(S, Sum + byte_size(Data));
        {error, _} -> answer(S, Sum)
    end.

active_sink(S, Sum) ->
    receive
        {tcp, S, Data} -> active_sink(S, Sum + byte_size(Data));
        {tcp_passive, S} -> ok = inet:setopts(S, [{active, 100}, {buffer, 1 bsl 16}]), active_sink(S, Sum);
        {tcp_closed, S} -> answer(S, Sum)
    end.

answer(S, Sum) ->
    _ = gen_tcp:send(S, [integer_to_list(Sum), $\n]),
    gen_tcp:close(S).

echo(S) ->
    case gen_tcp:recv(S, 0) of
        {ok, Data} -> _ = gen_tcp:send(S, Data), echo(S);
        {error, _} -> gen_tcp:close(S)
    end.

udp_echo(U) ->
    receive
        {udp, U, Ip, Port, Data} -> _ = gen_udp:send(U, Ip, Port, Data), udp_echo(U);
        {udp_passive, U} -> ok = inet:setopts(U, [{active, 100}]), udp_echo(U)
    end.
