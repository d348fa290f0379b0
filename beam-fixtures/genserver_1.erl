-module(genserver_1).
-export([main/0]).
-behaviour(gen_server).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2]).
main() -> {ok, P} = gen_server:start({local, gs}, ?MODULE, 0, []), [gen_server:cast(P, {add, N}) || N <- lists:seq(1,100)],
    io:format("~p~n", [gen_server:call(gs, get)]), io:format("~p~n", [element(1, element(2, catch gen_server:call(P, sleep, 20)))]),
    gen_server:stop(P), io:format("~p~n", [whereis(gs)]), ok.
init(S) -> {ok, S}. handle_call(get, _, S) -> {reply, S, S}; handle_call(sleep, _, S) -> timer:sleep(60), {reply, ok, S}.
handle_cast({add, N}, S) -> {noreply, S + N}. handle_info(_, S) -> {noreply, S}.
