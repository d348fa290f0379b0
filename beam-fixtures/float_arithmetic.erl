%% Float instructions: mixed with integers, overflow, signed zeros, conversions of large integers.
-module(float_arithmetic).
-export([main/0]).

main() ->
    Xs = [1.5, -0.0, 1.0e308, 5.0e-324, 3],
    [io:format("~w ~w: ~w~n", [A, B, [c(fun() -> A + B end), c(fun() -> A - B end), c(fun() -> A * B end), c(fun() -> A / B end)]])
        || A <- Xs, B <- Xs],
    io:format("~w~n", [poly([1.0, 2.5, -3.0], 1.25)]),
    io:format("~w~n", [[c(fun() -> float(N) end) || N <- [1 bsl 53 + 1, 1 bsl 64, (1 bsl 1024) - 1, 1 bsl 1024]]]),
    io:format("~w~n", [[{trunc(F), round(F)} || F <- [1.0e22, -2.5, 0.49999999999999994, 4503599627370497.5, 1.0e15]]]),
    io:format("~w~n", [[c(fun() -> (1 bsl 2000) / D end) || D <- [1 bsl 1990, 1, 1.0]]]),
    io:format("~w~n", [sum(lists:seq(1, 1000), 0.0)]).

poly(Cs, X) -> lists:foldl(fun(C, Acc) -> Acc * X + C end, 0.0, Cs).
sum([X | Xs], S) when X rem 7 =:= 0 -> sum(Xs, S - X / 3);
sum([X | Xs], S) -> sum(Xs, S + X * 0.1);
sum([], S) -> S.

c(F) -> try F() catch _:R -> R end.
