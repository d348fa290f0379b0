%% A process for each connection, which answers whatever ends with an empty line.
-module(hello_tcp_server).
-export([start_link/1, accept/1, serve/1]).

start_link(Listen) -> {ok, proc_lib:spawn_link(?MODULE, accept, [Listen])}.

accept(Listen) ->
    {ok, Socket} = gen_tcp:accept(Listen),
    Pid = proc_lib:spawn(?MODULE, serve, [Socket]),
    ok = gen_tcp:controlling_process(Socket, Pid),
    Pid ! go,
    accept(Listen).

serve(Socket) ->
    receive go -> ok end,
    loop(Socket, <<>>).

loop(Socket, Seen) ->
    case gen_tcp:recv(Socket, 0) of
        {ok, Data} -> answer(Socket, <<Seen/binary, Data/binary>>);
        {error, _} -> gen_tcp:close(Socket)
    end.

answer(Socket, Request) ->
    case binary:split(Request, <<"\r\n\r\n">>) of
        [_, Rest] ->
            case gen_tcp:send(Socket, <<"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 17\r\n\r\n"
                                        "Hello from Joist\n">>) of
                ok -> loop(Socket, Rest);
                {error, _} -> gen_tcp:close(Socket)
            end;
        [_] -> loop(Socket, Request)
    end.
