%% The lists module: folds, splits, sorts, zips, merges.
-module(lists_library).
-export([main/0]).

main() ->
    L = [3, 1, 2, 3, 1.0, 5, -1],
    io:format("~p~n", [[lists:sort(L), lists:usort(L), lists:reverse(lists:sort(L)), lists:max(L), lists:min(L), lists:sum(L)]]),
    io:format("~p~n", [[lists:partition(fun(X) -> X > 1 end, L), lists:splitwith(fun(X) -> X > 1 end, L), lists:dropwhile(fun(X) -> X =/= 2 end, L)]]),
    io:format("~p~n", [[lists:zip([1, 2], [a, b]), lists:unzip3([{1, 2, 3}, {4, 5, 6}]), lists:zipwith(fun erlang:'+'/2, [1, 2], [3, 4])]]),
    io:format("~p~n", [[lists:keysort(2, [{a, 3}, {b, 1}, {c, 2}, {d, 1}]), lists:ukeysort(2, [{a, 3}, {b, 1}, {d, 1}]), lists:keymerge(1, [{1, a}], [{1, b}, {2, c}])]]),
    io:format("~p~n", [[lists:mapfoldl(fun(X, A) -> {X * A, A + X} end, 1, [1, 2, 3]), lists:foldr(fun(X, A) -> [X | A] end, [], [1, 2]), lists:flatten([1, [2, [3, []]], 4])]]),
    io:format("~p~n", [[lists:keyreplace(a, 1, [{a, 1}], {b, 2}), lists:keytake(b, 1, [{a, 1}, {b, 2}]), lists:keystore(z, 1, [], {z, 1}), lists:sublist([1, 2, 3, 4], 2, 2), lists:nthtail(2, [1, 2, 3])]]),
    io:format("~p~n", [[lists:prefix("ab", "abc"), lists:suffix("bc", "abc"), lists:join(x, [1, 2, 3]), lists:duplicate(3, q), lists:delete(2, [1, 2, 3, 2]), lists:subtract([1, 2], [2])]]),
    io:format("~p~n", [[lists:seq(10, 1, -3), lists:seq(1, 0), lists:concat([a, 1, "s", 2.5]), lists:filtermap(fun(X) when X > 1 -> {true, X * 2}; (_) -> false end, [1, 2, 3])]]),
    io:format("~p~n", [[lists:merge([[1, 4], [2, 3], [0]]), lists:all(fun is_integer/1, [1, a]), lists:search(fun(X) -> X > 1 end, [1, 2]), lists:droplast([1, 2]), lists:last([1, 2])]]),
    io:format("~p~n", [erlang:phash2(lists:sort([(N * 7919) rem 10007 || N <- lists:seq(1, 20000)]))]).
