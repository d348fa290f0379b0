%% Shifts and bit operators of bignums of both signs.
-module(bignum_bits).
-export([main/0]).

main() ->
    Bs = [1 bsl 64, -(1 bsl 64), (1 bsl 100) - 1, -(1 bsl 100) + 1, 16#123456789abcdef0123456789abcdef, -16#fedcba98765432100123456789, 5, -5],
    [io:format("~p ~p~n", [A, [{A band B, A bor B, A bxor B} || B <- Bs]]) || A <- Bs],
    [io:format("~p~n", [[{A bsl N, A bsr N} || N <- [0, 1, 31, 59, 60, 63, 64, 65, 127, 200]]]) || A <- Bs],
    io:format("~p~n", [[bnot A || A <- Bs]]),
    io:format("~p~n", [{catch_(fun() -> 1 bsl (1 bsl 64) end), catch_(fun() -> 0 bsl (1 bsl 64) end), catch_(fun() -> 1 bsr (1 bsl 64) end),
                        catch_(fun() -> -1 bsr (1 bsl 64) end)}]).

catch_(F) -> try F() catch C:R -> {C, R} end.
