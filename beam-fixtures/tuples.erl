%% Building, updating and matching tuples, large ones too.
-module(tuples).
-export([main/0]).

main() ->
    T = list_to_tuple(lists:seq(1, 300)),
    io:format("~p ~p~n", [tuple_size(T), lists:sum(tuple_to_list(T))]),
    U = lists:foldl(fun(I, Acc) -> setelement(I, Acc, I * I) end, T, lists:seq(1, 300, 7)),
    io:format("~p ~p~n", [erlang:phash2(U), erlang:phash2(T)]),
    io:format("~p~n", [{erlang:make_tuple(3, x), erlang:make_tuple(5, d, [{2, a}, {4, b}, {2, c}]), erlang:append_element({1}, 2)}]),
    io:format("~p~n", [{erlang:insert_element(2, {a, b}, x), erlang:delete_element(1, {a, b})}]),
    io:format("~p~n", [[c(F) || F <- [fun() -> element(0, {a}) end, fun() -> element(2, {a}) end, fun() -> setelement(3, {a}, b) end,
        fun() -> erlang:make_tuple(-1, a) end, fun() -> erlang:delete_element(2, {a}) end, fun() -> list_to_tuple([a | b]) end]]]),
    {A, {B, [C, {D} | E]}, <<F, _/binary>>} = {1, {2, [3, {4}, 5, 6]}, <<7, 8>>},
    io:format("~p~n", [[A, B, C, D, E, F]]).

c(F) -> try F() catch C:R -> {C, R} end.
