%% One of the acceptors: it hands each connection to a process of its own.
-module(echo_tcp).
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
    loop(Socket).

loop(Socket) ->
    case gen_tcp:recv(Socket, 0) of
        {ok, Data} ->
            ok = gen_tcp:send(Socket, Data),
            loop(Socket);
        {error, _} -> gen_tcp:close(Socket)
    end.
