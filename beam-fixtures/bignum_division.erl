%% Quotients and remainders of many sizes and signs; they belong together.
-module(bignum_division).
-export([main/0]).

main() ->
    As = [(1 bsl N) + D || N <- [60, 64, 100, 128, 500, 3000], D <- [-1, 0, 12345678901234567890]],
    Bs = [7, 1 bsl 32, (1 bsl 60) - 1, 1 bsl 64, (1 bsl 96) + 17, (1 bsl 700) - 3],
    [io:format("~p~n", [erlang:phash2([check(S * A, T * B) || B <- Bs, S <- [1, -1], T <- [1, -1]])]) || A <- As],
    io:format("~p~n", [(1 bsl 200) div 1000000007]),
    io:format("~p ~p~n", [[catch_(fun() -> A div 0 end) || A <- [1, 1 bsl 70]], catch_(fun() -> (1 bsl 70) rem 0 end)]).

check(A, B) ->
    Q = A div B, R = A rem B,
    A = Q * B + R,
    true = abs(R) < abs(B),
    {Q, R}.

catch_(F) -> try F() catch C:R -> {C, R} end.
