%% Maps built in loops as counters, groups, indexes and memo tables.
-module(maps_programs).
-export([main/0]).

main() ->
    Ws = string:lexemes("the cat and the dog and the bird", " "),
    io:format("~p~n", [lists:sort(maps:to_list(lists:foldl(fun(W, M) -> M#{W => maps:get(W, M, 0) + 1} end, #{}, Ws)))]),
    io:format("~p~n", [lists:sort(maps:to_list(lists:foldl(fun(W, M) -> maps:update_with(length(W), fun(L) -> [W | L] end, [W], M) end, #{}, Ws)))]),
    {F, M} = fib(200, #{}),
    io:format("~p ~p~n", [F, map_size(M)]),
    I = maps:from_list([{{X, Y}, X * Y} || X <- lists:seq(1, 30), Y <- lists:seq(1, 30)]),
    io:format("~p~n", [lists:sum([maps:get({X, X}, I) || X <- lists:seq(1, 30)])]),
    io:format("~p~n", [map_size(maps:filter(fun({X, Y}, V) -> X < Y andalso V rem 2 =:= 0 end, I))]),
    io:format("~p~n", [lists:sort(maps:values(maps:map(fun(_, V) -> length(V) end, lists:foldl(fun({X, _} = K, A) -> maps:update_with(X rem 3, fun(L) -> [K | L] end, [K], A) end, #{}, maps:keys(I)))))]).

fib(N, M) when N < 2 -> {N, M};
fib(N, M) ->
    case M of
        #{N := F} -> {F, M};
        _ ->
            {A, M1} = fib(N - 1, M), {B, M2} = fib(N - 2, M1),
            {A + B, M2#{N => A + B}}
    end.
