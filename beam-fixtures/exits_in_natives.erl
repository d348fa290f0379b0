%% Errors raised deep in library code called from natives and callbacks, with their traces cut.
-module(exits_in_natives).
-export([main/0]).

main() ->
    [io:format("~p~n", [t(F)]) || F <- [fun() -> lists:foldl(fun(X, A) -> X + A end, 0, [1, a]) end, fun() -> lists:sort(fun(_, _) -> throw(sorting) end, [2, 1]) end, fun() -> maps:map(fun(_, V) -> V * 2 end, #{a => b}) end,
        fun() -> ets:foldl(fun(_, _) -> exit(folding) end, 0, element(2, {x, filled()})) end, fun() -> lists:map(fun(1) -> ok end, [1, 2]) end, fun() -> apply(fun(X) -> X / 0 end, [1]) end, fun() -> dict:fetch(k, dict:new()) end, fun() -> gb_trees:get(k, gb_trees:empty()) end,
        fun() -> array:get(-1, array:new()) end, fun() -> string:slice(abc, 1) end, fun() -> queue:head(queue:new()) end, fun() -> proplists:get_value(a, b) end, fun() -> lists:nth(0, [a]) end, fun() -> lists:zip([1], []) end, fun() -> calendar:day_of_the_week(a) end]].

filled() -> T = ets:new(t, []), ets:insert(T, {1}), T.
t(F) -> try F() catch C:R:S -> {C, R, [{M, N, if is_list(A) -> length(A); true -> A end} || {M, N, A, _} <- lists:sublist(S, 2)]} end.
