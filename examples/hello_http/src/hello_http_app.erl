-module(hello_http_app).
-behaviour(application).
-behaviour(supervisor).
-export([start/2, stop/1, init/1]).

start(_Type, _Args) ->
    {ok, Supervisor} = supervisor:start_link({local, hello_http_sup}, ?MODULE, []),
    {ok, Port} = application:get_env(port),
    {ok, _} = inets:start(httpd, [{port, Port}, {server_name, "hello"}, {server_root, "/tmp"}, {document_root, "/tmp"},
                                  {bind_address, any}, {modules, [hello_http_page]}]),
    io:format("http://0.0.0.0:~p/~n", [Port]),
    {ok, Supervisor}.

stop(_State) -> ok.

init([]) -> {ok, {#{}, []}}.
