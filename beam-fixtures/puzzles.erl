%% Programs that search: queens, sudoku-like fill, permutations, primes, knapsack, edit distance.
-module(puzzles).
-export([main/0]).

main() ->
    io:format("~p ~p~n", [length(queens(7)), hd(queens(8))]),
    io:format("~p~n", [[lists:sum(P) || P <- [primes(2000)]] ++ [lists:last(primes(5000))]]),
    io:format("~p~n", [length(perms([a, b, c, d, e, f]))]),
    io:format("~p~n", [knap([{12, 4}, {2, 2}, {1, 1}, {4, 10}, {1, 2}], 15)]),
    io:format("~p~n", [distance("kitten on the mat", "sitting on a mat")]),
    io:format("~p~n", [hanoi(10, a, b, c)]),
    io:format("~p~n", [collatz(27, 0)]),
    io:format("~p~n", [life(20, [{1, 0}, {2, 1}, {0, 2}, {1, 2}, {2, 2}])]).

queens(N) -> queens(N, N).
queens(0, _) -> [[]];
queens(K, N) -> [[Q | B] || B <- queens(K - 1, N), Q <- lists:seq(1, N), safe(Q, 1, B)].
safe(_, _, []) -> true;
safe(Q, D, [X | B]) -> Q =/= X andalso abs(Q - X) =/= D andalso safe(Q, D + 1, B).
primes(N) -> sieve(lists:seq(2, N)).
sieve([P | Xs]) -> [P | sieve([X || X <- Xs, X rem P =/= 0])];
sieve([]) -> [].
perms([]) -> [[]];
perms(L) -> [[X | P] || X <- L, P <- perms(L -- [X])].
knap(_, C) when C =< 0 -> 0;
knap([], _) -> 0;
knap([{W, V} | T], C) when W > C -> max(knap(T, C), V * 0);
knap([{W, V} | T], C) -> max(knap(T, C), V + knap(T, C - W)).
distance(A, B) -> lists:last(lists:foldl(fun(X, [H | T] = Row) -> lists:reverse(element(2, lists:foldl(fun({Y, D, U}, {L, Acc}) -> V = lists:min([L + 1, U + 1, D + (if X =:= Y -> 0; true -> 1 end)]), {V, [V | Acc]} end, {H + 1, [H + 1]}, lists:zip3(B, lists:droplast(Row), T)))) end, lists:seq(0, length(B)), A)).
hanoi(0, _, _, _) -> 0;
hanoi(N, A, B, C) -> hanoi(N - 1, A, C, B) + 1 + hanoi(N - 1, C, B, A).
collatz(1, N) -> N;
collatz(X, N) when X rem 2 =:= 0 -> collatz(X div 2, N + 1);
collatz(X, N) -> collatz(3 * X + 1, N + 1).
life(0, Cells) -> lists:sort(Cells);
life(N, Cells) ->
    Near = lists:foldl(fun(C, M) -> maps:update_with(C, fun(K) -> K + 1 end, 1, M) end, #{}, [{X + DX, Y + DY} || {X, Y} <- Cells, DX <- [-1, 0, 1], DY <- [-1, 0, 1], {DX, DY} =/= {0, 0}]),
    life(N - 1, [C || {C, K} <- maps:to_list(Near), K =:= 3 orelse (K =:= 2 andalso lists:member(C, Cells))]).
