%% Version 2 knows a state more; going down, a light that is in it becomes red.
-module(light).
-behaviour(gen_statem).
-vsn(?VSN).
-export([start_link/0, press/0, init/1, callback_mode/0, handle_event/4, code_change/4]).

start_link() -> gen_statem:start_link({local, ?MODULE}, ?MODULE, [], []).

press() -> gen_statem:call(?MODULE, press).

init([]) -> {ok, red, []}.

callback_mode() -> handle_event_function.

handle_event({call, From}, press, State, Seen) ->
    Next = next(State),
    {next_state, Next, [State | Seen], {reply, From, {Next, [State | Seen]}}}.

-if(?VSN =:= 1).
next(red) -> green;
next(green) -> red.

code_change(_, State, Seen, _) -> {ok, State, Seen}.
-else.
next(red) -> green;
next(green) -> yellow;
next(yellow) -> red.

code_change(1, State, Seen, Extra) ->
    io:format("light up ~p~n", [{State, Seen, Extra}]),
    {ok, State, Seen};
code_change({down, _}, State, Seen, Extra) ->
    io:format("light down ~p~n", [{State, Seen, Extra}]),
    {ok, case State of yellow -> red; _ -> State end, [S || S <- Seen, S =/= yellow]}.
-endif.
