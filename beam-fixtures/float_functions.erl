%% Functions of math that are exact or correctly rounded everywhere; special cases and errors.
-module(float_functions).
-export([main/0]).

main() ->
    io:format("~w~n", [[math:sqrt(X) || X <- [0, 1, 2, 4, 0.25, 1.0e300, 1 bsl 80]]]),
    io:format("~w~n", [[{math:floor(X), math:ceil(X), floor(X), ceil(X)} || X <- [0.5, -0.5, 1.0e20, -1.0e-9, 3]]]),
    io:format("~w~n", [[math:fmod(A, B) || {A, B} <- [{7, 3}, {-7, 3}, {7.5, -2}, {1.0e300, 7}, {0, 5}]]]),
    io:format("~w~n", [[math:pow(A, B) || {A, B} <- [{2, 10}, {2, -1}, {10, 3}, {0, 0}, {-2, 3}, {4, 0.5}, {1.0, 1.0e300}]]]),
    io:format("~w~n", [[math:F(0) || F <- [sin, cos, tan, asin, atan, sinh, cosh, tanh, asinh, atanh, exp, erf, erfc]]]),
    io:format("~w~n", [[math:log2(1 bsl N) || N <- [0, 1, 10, 59, 60, 100]]]),
    io:format("~w~n", [[c(fun() -> apply(math, F, A) end) || {F, A} <- [{sqrt, [-1]}, {log, [0]}, {log, [-1]}, {acos, [2]}, {acosh, [0.5]}, {atanh, [1]}, {exp, [1000]}, {pow, [0, -1]}, {pow, [-1, 0.5]}, {fmod, [1, 0.0]}, {sin, [a]}, {log2, [0]}, {log10, [-1]}, {cosh, [1 bsl 2000]}]]]).

c(F) -> try F() catch _:R -> R end.
