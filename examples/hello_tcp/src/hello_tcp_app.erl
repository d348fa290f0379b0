-module(hello_tcp_app).
-behaviour(application).
-behaviour(supervisor).
-export([start/2, stop/1, init/1]).

start(_Type, _Args) -> supervisor:start_link({local, hello_tcp_sup}, ?MODULE, []).

stop(_State) -> ok.

init([]) ->
    {ok, Port} = application:get_env(hello_tcp, port),
    {ok, N} = application:get_env(hello_tcp, acceptors),
    {ok, Listen} = gen_tcp:listen(Port, [binary, {active, false}, {reuseaddr, true}, {nodelay, true}, {backlog, 1024}]),
    io:format("http://0.0.0.0:~p/~n", [Port]),
    {ok, {#{}, [#{id => I, start => {hello_tcp_server, start_link, [Listen]}} || I <- lists:seq(1, N)]}}.
