%% Application, supervisor and server in one module.
-module(systools_hello).
-behaviour(application).
-behaviour(supervisor).
-export([start/2, stop/1, init/1, start_server/0]).

start(_Type, _Args) -> supervisor:start_link(?MODULE, []).

stop(_State) -> ok.

init([]) ->
    {ok, {#{}, [#{id => server, start => {?MODULE, start_server, []}, restart => transient}]}}.

start_server() ->
    proc_lib:start_link(erlang, apply, [fun server/0, []]).

server() ->
    proc_lib:init_ack({ok, self()}),
    register(systools_hello, self()),
    io:format("hello from ~s, erts ~s~n", [filename:basename(code:lib_dir(systools_hello)), erlang:system_info(version)]),
    {ok, Secret} = file:read_file(filename:join(code:priv_dir(systools_hello), "motd.txt")),
    io:put_chars(Secret),
    init:stop().
