-module(echo_udp).
-export([start_link/1, loop/1]).

start_link(Port) ->
    proc_lib:start_link(erlang, apply, [fun() ->
        {ok, Socket} = gen_udp:open(Port, [binary, {active, 100}, {recbuf, 1 bsl 20}]),
        proc_lib:init_ack({ok, self()}),
        loop(Socket)
    end, []]).

loop(Socket) ->
    receive
        {udp, Socket, Address, Port, Data} -> gen_udp:send(Socket, Address, Port, Data);
        {udp_passive, Socket} -> inet:setopts(Socket, [{active, 100}])
    end,
    loop(Socket).
