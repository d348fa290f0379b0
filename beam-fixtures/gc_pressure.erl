-module(gc_pressure).
-export([main/0]).
main() -> T = build(14), [build(10) || _ <- lists:seq(1,200)], io:format("~p~n", [sum(T)]),
    L = lists:foldl(fun(N, A) -> [{N, integer_to_binary(N), [N]} | A] end, [], lists:seq(1,50000)),
    io:format("~p ~p~n", [length(L), erlang:phash2(L)]),
    put(k, L), erlang:garbage_collect(), io:format("~p~n", [erlang:phash2(get(k))]),
    Bs = [binary:copy(<<N>>, 1000) || N <- lists:seq(1,200)], erlang:garbage_collect(),
    io:format("~p~n", [erlang:crc32(Bs)]), ok.
build(0) -> leaf; build(N) -> {N, build(N-1), build(N-1)}.
sum(leaf) -> 1; sum({N,A,B}) -> N + sum(A) + sum(B).
