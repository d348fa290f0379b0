%% List comprehensions: nested generators, filters that are guards and calls, patterns that skip.
-module(lc_nested).
-export([main/0]).

main() ->
    io:format("~p~n", [[{X, Y} || X <- [1, 2, 3], Y <- [a, b], X =/= 2]]),
    io:format("~p~n", [[X || {ok, X} <- [{ok, 1}, error, {ok, 2}]]]),
    io:format("~p~n", [[X || X <- lists:seq(1, 30), X rem 2 =:= 0, odd(X div 2)]]),
    io:format("~p~n", [[X || X <- [1, a, 2.0, "s"], length(X) > 0]]),
    io:format("~p~n", [[[{X, Y} || Y <- lists:seq(X, 3)] || X <- [1, 2, 3]]]),
    io:format("~p~n", [try [X || X <- [1, 2 | bad]] catch C:R -> {C, R} end]),
    io:format("~p~n", [try [X || X <- [1], not_boolean(X)] catch C2:R2 -> {C2, R2} end]),
    io:format("~p~n", [[{A, B, C3} || C3 <- lists:seq(1, 20), B <- lists:seq(1, C3), A <- lists:seq(1, B), A * A + B * B =:= C3 * C3]]).

odd(X) -> X rem 2 =:= 1.
not_boolean(X) -> {X}.
