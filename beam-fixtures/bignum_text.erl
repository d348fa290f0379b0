%% Bignums to text and back in all bases, with separators, and of thousands of digits.
-module(bignum_text).
-export([main/0]).

main() ->
    Ns = [1 bsl 59, -(1 bsl 60), 1 bsl 64, 123456789012345678901234567890, -(1 bsl 200) + 1],
    [io:format("~p ~s~n", [B, [[integer_to_list(N, B), " "] || N <- Ns]]) || B <- lists:seq(2, 36)],
    io:format("~p~n", [[list_to_integer(integer_to_list(N, B), B) =:= N || N <- Ns, B <- [2, 7, 10, 16, 36]]]),
    F = lists:foldl(fun(X, Y) -> X * Y end, 1, lists:seq(1, 1000)),
    S = integer_to_list(F),
    io:format("~p ~p ~p ~p~n", [length(S), erlang:md5(S), list_to_integer(S) =:= F, binary_to_integer(list_to_binary(S)) =:= F]),
    io:format("~p~n", [[catch element(1, element(2, catch list_to_integer(X))) || X <- ["", "-", "+5", "12a", " 1", "1_0"]]]),
    io:format("~s ~.16b ~.36#~n", [integer_to_binary(-255, 16), 1 bsl 70, 1 bsl 70]).
