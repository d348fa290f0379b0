-module(echo_app).
-behaviour(application).
-behaviour(supervisor).
-export([start/2, stop/1, init/1]).

start(_Type, _Args) -> supervisor:start_link({local, echo_sup}, ?MODULE, []).

stop(_State) -> ok.

init([]) ->
    {ok, Port} = application:get_env(echo, port),
    {ok, N} = application:get_env(echo, acceptors),
    %% A client may close its half and wait for the rest of the echo.
    {ok, Listen} = gen_tcp:listen(Port, [binary, {active, false}, {exit_on_close, false}, {reuseaddr, true}, {nodelay, true},
                                         {backlog, 1024}]),
    io:format("echo on port ~p~n", [Port]),
    Acceptors = [#{id => {tcp, I}, start => {echo_tcp, start_link, [Listen]}} || I <- lists:seq(1, N)],
    {ok, {#{}, [#{id => udp, start => {echo_udp, start_link, [Port]}} | Acceptors]}}.
