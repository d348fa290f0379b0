%% Integers around the edge of 60 bits and of a machine word: all arithmetic and bit operators.
-module(small_edges).
-export([main/0]).

main() ->
    Es = [(1 bsl 59) - 1, 1 bsl 59, -(1 bsl 59), -(1 bsl 59) - 1, (1 bsl 63) - 1, 1 bsl 63, -(1 bsl 63), 1 bsl 64, 3, -1, 0],
    [io:format("~p ~p: ~p~n", [A, B, ops(A, B)]) || A <- Es, B <- Es],
    io:format("~p~n", [[{-A, abs(A), bnot A, A bsl 1, A bsr 1, A bsl -2, A bsr 70, A bsl 70} || A <- Es]]).

ops(A, B) ->
    [A + B, A - B, A * B, A band B, A bor B, A bxor B] ++ [[A div B, A rem B] || B =/= 0].
