%% Numbers in text: integers and floats in lists and binaries, all bases, and the errors.
-module(bin_to_int).
-export([main/0]).

main() ->
    io:format("~p~n", [[binary_to_integer(B) || B <- [<<"0">>, <<"-17">>, <<"+4">>, <<"00012">>, <<"123456789012345678901234567890">>]]]),
    io:format("~p~n", [[binary_to_integer(B, N) || {B, N} <- [{<<"ff">>, 16}, {<<"-ZZ">>, 36}, {<<"101">>, 2}, {<<"fFfFfFfFfFfFfFfFfFfF">>, 16}]]]),
    io:format("~p~n", [[c(fun() -> binary_to_integer(B) end) || B <- [<<>>, <<"a">>, <<"1 ">>, <<"--1">>, <<"1.0">>, <<1:3>>, x]]]),
    io:format("~p~n", [[c(fun() -> list_to_integer(B, N) end) || {B, N} <- [{"2", 2}, {"zz", 35}, {"1", 1}, {"1", 37}, {"g", 16}, {[a], 10}]]]),
    io:format("~p~n", [[integer_to_binary(N, B) || {N, B} <- [{255, 16}, {-255, 2}, {1 bsl 100, 36}, {0, 10}]]]),
    io:format("~p~n", [[c(fun() -> list_to_float(S) end) || S <- ["1.5", "-0.0", "1.0e-3", "1.0E5", "1", "e", "1.e5", "1.0e", "1.7976931348623159e308", "4.9e-324", "2.0e-324"]]]),
    io:format("~p~n", [[c(fun() -> binary_to_float(S) end) || S <- [<<"3.25">>, <<"3">>, <<" 1.0">>, <<>>]]]),
    io:format("~p~n", [[string:to_integer(S) || S <- ["12x", "-3", "x", ""]]]),
    io:format("~p~n", [[float_to_binary(F, O) || {F, O} <- [{1.25, [{decimals, 1}]}, {1.35, [{decimals, 1}]}, {-0.5, [{decimals, 0}]}, {1.0e20, [{decimals, 2}]}, {0.1, [short]}, {1.0e5, [{scientific, 0}]}, {123.456, [{decimals, 10}, compact]}]]]).

c(F) -> try F() catch C:R -> {C, R} end.
