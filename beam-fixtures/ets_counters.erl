%% update_counter and update_element in all forms, from many processes at once.
-module(ets_counters).
-export([main/0]).

main() ->
    T = ets:new(t, [set, public]),
    ets:insert(T, {k, 1, 10, x}),
    io:format("~p~n", [[ets:update_counter(T, k, 5), ets:update_counter(T, k, {3, -20}), ets:update_counter(T, k, {2, 1, 3, 0}), ets:update_counter(T, k, [{2, 1}, {3, 2}, {2, -5, -1, 7}]), ets:update_counter(T, new, 1, {new, 100})]]),
    io:format("~p~n", [[c(fun() -> ets:update_counter(T, K, Op) end) || {K, Op} <- [{none, 1}, {k, {4, 1}}, {k, {9, 1}}, {k, {1, 1}}, {k, a}, {k, 1.5}, {k, {2, 1, a, b}}, {k, []}]]]),
    io:format("~p~n", [[ets:update_element(T, k, {4, y}), ets:update_element(T, k, [{2, a}, {3, b}]), ets:update_element(T, none, {2, a}), ets:lookup(T, k), c(fun() -> ets:update_element(T, k, {1, q}) end)]]),
    io:format("~p~n", [ets:update_counter(T, big, {2, 1 bsl 64}, {big, 1 bsl 70})]),
    S = self(),
    [spawn(fun() -> [ets:update_counter(T, shared, 1, {shared, 0}) || _ <- lists:seq(1, 1000)], S ! done end) || _ <- lists:seq(1, 10)],
    [receive done -> ok end || _ <- lists:seq(1, 10)],
    io:format("~p~n", [ets:lookup(T, shared)]).

c(F) -> try F() catch C:R -> {C, R} end.
