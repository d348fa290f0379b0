%% lists:sort, usort, keysort and merges on data of every order, size and type, stable where promised.
-module(lists_sorts).
-export([main/0]).

main() ->
    Seqs = [{up, lists:seq(1, 2000)}, {down, lists:seq(2000, 1, -1)}, {saw, [I rem 17 || I <- lists:seq(1, 2000)]}, {rnd, [(I * 7919) rem 2003 || I <- lists:seq(1, 2000)]}, {same, lists:duplicate(500, x)}, {mixed, [case I rem 4 of 0 -> I; 1 -> float(I); 2 -> [I]; 3 -> {I} end || I <- lists:seq(1, 400)]}],
    [io:format("~p ~p~n", [N, [erlang:phash2(F(L)) || F <- [fun lists:sort/1, fun lists:usort/1, fun(X) -> lists:sort(fun(A, B) -> A >= B end, X) end, fun(X) -> lists:usort(fun(A, B) -> A =< B end, X) end, fun(X) -> lists:merge(lists:sort(X), lists:sort(lists:reverse(X))) end]]]) || {N, L} <- Seqs],
    Ts = [{I rem 10, I, I rem 3} || I <- lists:seq(1, 300)],
    io:format("~p~n", [[erlang:phash2(F(P, Ts)) || F <- [fun lists:keysort/2, fun lists:ukeysort/2], P <- [1, 2, 3]]]),
    io:format("~p~n", [lists:keysort(1, [{b, 1}, {a, 2}, {b, 0}, {a, 1}, {1.0, x}, {1, y}])]),
    io:format("~p~n", [[lists:sort([1, 1.0, 1]), lists:usort([1, 1.0, 1]), lists:sort([3, 1.0, 1, 2.0, 2]), lists:umerge([1, 3], [1.0, 2])]]).
