-module(maps_1).
-export([main/0]).
main() -> M = maps:from_list([{K, K*K} || K <- lists:seq(1,100)]),
    io:format("~p~n", [lists:sort(maps:to_list(M))]),
    M2 = lists:foldl(fun(K,A) -> maps:remove(K,A) end, M, lists:seq(1,80)),
    io:format("~p ~p~n", [map_size(M2), M2]),
    #{90 := X} = M2, io:format("~p ~p~n", [X, M2#{90 := y, new => 1}]),
    io:format("~p~n", [catch M2#{nokey := 1}]), io:format("~p~n", [catch maps:get(zz, M2)]),
    io:format("~p~n", [{M =:= maps:merge(M2, M), maps:take(90,M2), M < M2}]), ok.
