%% The four table types: order of duplicates, replacement, equal keys 1 and 1.0.
-module(ets_types).
-export([main/0]).

main() -> [one(T) || T <- [set, ordered_set, bag, duplicate_bag]].

one(Type) ->
    T = ets:new(t, [Type]),
    ets:insert(T, [{1, a}, {1.0, b}, {2, x}, {2, x}, {2, y}, {"k", 1}, {{t}, 1}, {a, b, c}]),
    io:format("~p ~p~n", [Type, lists:sort(ets:tab2list(T))]),
    io:format("~p~n", [[ets:lookup(T, K) || K <- [1, 1.0, 2, 2.0, "k", none]]]),
    io:format("~p~n", [[ets:member(T, 1), ets:info(T, size), ets:insert_new(T, {2, q}), ets:insert_new(T, [{9, 1}, {8, 2}]), ets:insert_new(T, [{9, 1}, {7, 2}])]]),
    io:format("~p~n", [[ets:delete_object(T, {2, x}), ets:lookup(T, 2), ets:delete(T, 1), ets:lookup(T, 1.0), ets:take(T, 9), ets:info(T, size)]]),
    io:format("~p~n", [c(fun() -> ets:update_counter(T, 2, 1) end)]),
    io:format("~p~n", [c(fun() -> ets:lookup_element(T, a, 3) end)]),
    ets:delete_all_objects(T),
    io:format("~p~n", [{ets:tab2list(T), ets:first(T), ets:delete(T), ets:info(T)}]).

c(F) -> try F() catch C:R -> {C, R} end.
