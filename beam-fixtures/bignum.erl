-module(bignum).
-export([main/0]).
main() -> F = fact(200), io:format("~p~n~p~n~p~n", [F, F div fact(190), F rem 1000003]),
    io:format("~p~n", [[1 bsl N || N <- [59,60,63,64,65,127,128,200]]]),
    io:format("~p~n", [[-(1 bsl N) bsr 3 || N <- [59,60,63,64,65,127,128,200]]]),
    io:format("~p~n", [[integer_to_list(F, B) || B <- [2,16,36]]]),
    io:format("~p~n", [[list_to_integer(integer_to_list(F bxor N)) =:= F bxor N || N <- [0,1,-1,F]]]), ok.
fact(0) -> 1; fact(N) -> N * fact(N-1).
