%% Programs with big numbers: modular powers, gcd, Fibonacci, square roots.
-module(number_theory).
-export([main/0]).

main() ->
    P = (1 bsl 521) - 1,
    io:format("~p~n", [pow(3, P - 1, P)]),
    io:format("~p~n", [gcd(fib(600), fib(450)) =:= fib(150)]),
    io:format("~p~n", [fib(1000)]),
    io:format("~p~n", [isqrt(10 * 1 bsl 600) band 16#ffffffff]),
    io:format("~p~n", [lists:sum([N * N * N || N <- lists:seq(1, 3000000, 1000)])]),
    io:format("~p~n", [math:pow(2, 10) + (1 bsl 64) / 3]).

pow(_, 0, _) -> 1;
pow(B, E, M) when E band 1 =:= 0 -> pow(B * B rem M, E bsr 1, M);
pow(B, E, M) -> B * pow(B, E - 1, M) rem M.

gcd(A, 0) -> A;
gcd(A, B) -> gcd(B, A rem B).

fib(N) -> fib(N, 0, 1).
fib(0, A, _) -> A;
fib(N, A, B) -> fib(N - 1, B, A + B).

isqrt(N) -> isqrt(N, N).
isqrt(N, X) ->
    Y = (X + N div X) div 2,
    if Y >= X -> X; true -> isqrt(N, Y) end.
