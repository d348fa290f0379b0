%% The list functions that are native, on proper, improper and empty lists.
-module(lists_bifs).
-export([main/0]).

main() ->
    L = [{b, 2}, {a, 1}, {c, 3}, {a, 9}, {1.0, x}, {1, y}, not_a_tuple, {}],
    io:format("~p~n", [[lists:keyfind(a, 1, L), lists:keyfind(1, 1, L), lists:keymember(9, 2, L), lists:keysearch(z, 1, L), lists:keyfind(3, 2, L)]]),
    io:format("~p~n", [[lists:member(1.0, [1]), lists:member(2, [1, 2]), lists:reverse([1, 2], [3 | 4]), [1, 2] ++ 3, "abcabc" -- "cab", [] ++ a]]),
    io:format("~p~n", [[1, 2, 1.0, 2.0] -- [1.0, 2]]),
    io:format("~p~n", [[c(F) || F <- [fun() -> length([a | b]) end, fun() -> lists:member(a, b) end, fun() -> [1 | 2] ++ [3] end,
        fun() -> lists:reverse([1 | 2]) end, fun() -> [1] -- [1 | 2] end, fun() -> lists:keyfind(a, 0, []) end, fun() -> hd([]) end, fun() -> lists:nth(5, [1]) end]]]),
    Big = lists:seq(1, 5000),
    io:format("~p~n", [{length(Big -- lists:seq(1, 5000, 2)), lists:sum((Big ++ Big) -- Big), erlang:phash2(lists:reverse(Big))}]).

c(F) -> try F() catch C:R:S -> {C, R, [{M, N, A} || {M, N, A, _} <- [hd(S)]]} end.
