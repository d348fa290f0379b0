-module(kv_app).
-behaviour(application).
-behaviour(supervisor).
-export([start/2, stop/1, init/1]).

start(_Type, _Args) -> supervisor:start_link({local, kv_sup}, ?MODULE, []).

stop(_State) -> ok.

init([]) ->
    {ok, Port} = application:get_env(kv, port),
    {ok, N} = application:get_env(kv, acceptors),
    kv_table = ets:new(kv_table, [named_table, public, {read_concurrency, true}, {write_concurrency, true}]),
    {ok, Listen} = gen_tcp:listen(Port, [binary, {packet, http_bin}, {active, false}, {reuseaddr, true}, {nodelay, true},
                                         {backlog, 1024}]),
    io:format("http://0.0.0.0:~p/~n", [Port]),
    {ok, {#{}, [#{id => I, start => {kv_http, start_link, [Listen]}} || I <- lists:seq(1, N)]}}.
