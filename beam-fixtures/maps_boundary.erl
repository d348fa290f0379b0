%% Maps at the edge between flat and hashed, growing and shrinking across it.
-module(maps_boundary).
-export([main/0]).

main() ->
    [io:format("~p ~p~n", [N, check(N)]) || N <- [0, 1, 30, 31, 32, 33, 34, 64, 500]],
    io:format("~p~n", [lists:foldl(fun(K, M) -> maps:remove(K, M) end, make(40), lists:seq(9, 40))]),
    io:format("~p~n", [lists:sort(maps:to_list(make(33)))]),
    io:format("~p~n", [lists:sort(maps:to_list(maps:remove(5, make(33))))]).

make(N) -> maps:from_list([{K, K * K} || K <- lists:seq(1, N)]).

check(N) ->
    M = make(N),
    Grown = M#{new => 1, N => last},
    {map_size(M), maps:size(Grown), erlang:phash2(M), M =:= maps:from_list(lists:reverse(maps:to_list(M))),
     maps:remove(new, Grown) =:= M, lists:sum(maps:keys(M)), M < Grown, maps:without(lists:seq(1, N, 2), M) =:= maps:filter(fun(K, _) -> K rem 2 =:= 0 end, M)}.
