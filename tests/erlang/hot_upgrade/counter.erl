%% Version 1 holds a number, version 2 a map; a step is 1, or what `counter_step` says.
-module(counter).
-behaviour(gen_server).
-vsn(?VSN).
-export([start_link/0, next/0, version/0, init/1, handle_call/3, handle_cast/2, code_change/3]).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

next() -> gen_server:call(?MODULE, next).

version() -> gen_server:call(?MODULE, version).

handle_cast(_, State) -> {noreply, State}.

-if(?VSN =:= 1).
init([]) -> {ok, 0}.

handle_call(version, _, N) -> {reply, one, N};
handle_call(next, _, N) -> {reply, {one, N}, N + 1}.

code_change(_, State, _) -> {ok, State}.
-else.
init([]) -> {ok, #{count => 0, since => start}}.

handle_call(version, _, State) -> {reply, two, State};
handle_call(next, _, #{count := N} = State) ->
    {reply, {two, State}, State#{count := N + counter_step:step()}}.

code_change(1, N, Extra) ->
    io:format("counter up ~p~n", [{N, Extra}]),
    {ok, #{count => N, since => Extra}};
code_change({down, _}, #{count := N} = State, Extra) ->
    io:format("counter down ~p~n", [{State, Extra}]),
    {ok, N}.
-endif.
