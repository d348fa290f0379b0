%% gen_event: handlers added, called, swapped, crashing, removed.
-module(otp_gen_event).
-export([main/0, init/1, handle_event/2, handle_call/2, handle_info/2, terminate/2]).
-behaviour(gen_event).

main() ->
    {ok, P} = gen_event:start(),
    io:format("~p~n", [[gen_event:add_handler(P, {?MODULE, I}, {I, self()}) || I <- [1, 2, bad]]]),
    gen_event:notify(P, hello), gen_event:sync_notify(P, again), P ! info,
    io:format("~p~n", [lists:sort([receive {ev, I, E} -> {I, E} after 500 -> none end || _ <- lists:seq(1, 6)])]),
    io:format("~p~n", [[gen_event:call(P, {?MODULE, 1}, get), gen_event:call(P, {?MODULE, 9}, get), lists:sort(gen_event:which_handlers(P))]]),
    io:format("~p~n", [gen_event:swap_handler(P, {{?MODULE, 1}, swap}, {{?MODULE, 3}, {3, self()}})]),
    gen_event:sync_notify(P, crash_2),
    io:format("~p~n", [lists:sort(gen_event:which_handlers(P))]),
    io:format("~p~n", [gen_event:delete_handler(P, {?MODULE, 3}, done)]),
    io:format("~p~n", [[gen_event:which_handlers(P), gen_event:stop(P)]]).

init({{I, S}, swapped}) -> {ok, {I, S}};
init({bad, _}) -> {error, no};
init({I, S}) -> {ok, {I, S}}.
handle_event(crash_2, {2, _}) -> error(x);
handle_event(E, {I, S}) -> S ! {ev, I, E}, {ok, {I, S}}.
handle_call(get, {I, S}) -> {ok, {value, I}, {I, S}}.
handle_info(E, {I, S}) -> S ! {ev, I, E}, {ok, {I, S}}.
terminate(swap, _) -> swapped;
terminate(done, _) -> bye;
terminate(_, _) -> ok.
