%% safe_fixtable, traversals with deletions and insertions going on.
-module(ets_fix).
-export([main/0]).

main() -> [one(T) || T <- [set, bag, duplicate_bag, ordered_set]].

one(Type) ->
    T = ets:new(t, [Type]),
    [ets:insert(T, {I, I}) || I <- lists:seq(1, 1000)],
    ets:safe_fixtable(T, true),
    {N, Sum} = delete_all(T, ets:first(T), 0, 0),
    io:format("~p ~p ~p~n", [Type, {N, Sum}, ets:info(T, size)]),
    {_, [{P, C0}]} = ets:info(T, safe_fixed_monotonic_time),
    io:format("~p~n", [{P =:= self(), C0, ets:info(T, fixed)}]),
    ets:safe_fixtable(T, false),
    io:format("~p~n", [{ets:info(T, fixed), ets:info(T, safe_fixed), ets:tab2list(T)}]),
    [ets:insert(T, {I, I}) || I <- lists:seq(1, 100)],
    io:format("~p~n", [ets:foldl(fun({K, _}, A) -> ets:insert(T, {-K, x}), ets:delete(T, K), A + 1 end, 0, T) >= 100]),
    {L, C} = ets:select(T, [{{'$1', '_'}, [], ['$1']}], 10),
    ets:delete_all_objects(T),
    io:format("~p ~p~n", [length(L), ets:select(C)]).

delete_all(_, '$end_of_table', N, S) -> {N, S};
delete_all(T, K, N, S) ->
    ets:delete(T, K),
    delete_all(T, ets:next(T, K), N + 1, S + K).
