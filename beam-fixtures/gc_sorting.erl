%% Allocation-heavy programs: sorting, trees, strings, queues of data.
-module(gc_sorting).
-export([main/0]).

main() ->
    R = rands(20000, 12345, []),
    io:format("~p~n", [erlang:phash2(qsort(R))]),
    io:format("~p~n", [qsort(R) =:= lists:sort(R)]),
    T = lists:foldl(fun insert/2, nil, R),
    io:format("~p~n", [{size_of(T), erlang:phash2(walk(T, []))}]),
    S = lists:flatten([integer_to_list(X) ++ "," || X <- lists:sublist(R, 5000)]),
    io:format("~p~n", [length(string:tokens(S, ","))]),
    Q = lists:foldl(fun(X, Q) -> {_, Q2} = queue:out(queue:in(X, queue:in(-X, Q))), Q2 end, queue:new(), R),
    io:format("~p~n", [erlang:phash2(queue:to_list(Q))]).

rands(0, _, A) -> A;
rands(N, S, A) -> rands(N - 1, (S * 1103515245 + 12345) band 16#7fffffff, [S rem 100000 | A]).

qsort([P | Xs]) -> qsort([X || X <- Xs, X < P]) ++ [P | qsort([X || X <- Xs, X >= P])];
qsort([]) -> [].

insert(K, nil) -> {K, nil, nil};
insert(K, {K, _, _} = T) -> T;
insert(K, {X, L, R}) when K < X -> {X, insert(K, L), R};
insert(K, {X, L, R}) -> {X, L, insert(K, R)}.

size_of(nil) -> 0;
size_of({_, L, R}) -> 1 + size_of(L) + size_of(R).

walk(nil, A) -> A;
walk({K, L, R}, A) -> walk(L, [K | walk(R, A)]).
