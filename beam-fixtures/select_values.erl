%% Jump tables, binary searches and chains of values: integers, atoms, bignums, floats, tuples by size.
-module(select_values).
-export([main/0]).

main() ->
    io:format("~p~n", [[dense(N) || N <- lists:seq(-1, 12)]]),
    io:format("~p~n", [[sparse(N) || N <- [0, 1, 100, 10000, 1000000, 1 bsl 58, 1 bsl 59, 1 bsl 60, 1 bsl 64, -(1 bsl 64), 7]]]),
    io:format("~p~n", [[around(N) || N <- lists:seq(-11, 9)]]),
    io:format("~p~n", [[atoms(A) || A <- [a, b, c, dd, ee, ff, gg, hh, ii, jj, zz]]]),
    io:format("~p~n", [[sizes(T) || T <- [{}, {1}, {1, 2}, {1, 2, 3}, {1, 2, 3, 4}, a, [1]]]]),
    io:format("~p~n", [[mixed(T) || T <- [1, 1.0, a, "a", <<"a">>, {a}, #{}, [], 2.0]]]).

dense(0) -> zero; dense(1) -> one; dense(2) -> two; dense(3) -> three; dense(4) -> four; dense(5) -> five;
dense(6) -> six; dense(7) -> seven; dense(9) -> nine; dense(10) -> ten; dense(_) -> other.

sparse(1) -> one; sparse(100) -> hundred; sparse(10000) -> a; sparse(1000000) -> b; sparse(16#400000000000000) -> c;
sparse(16#800000000000000) -> d; sparse(16#1000000000000000) -> e; sparse(16#10000000000000000) -> f;
sparse(-16#10000000000000000) -> g; sparse(_) -> other.

atoms(a) -> 1; atoms(b) -> 2; atoms(c) -> 3; atoms(dd) -> 4; atoms(ee) -> 5; atoms(ff) -> 6; atoms(gg) -> 7;
atoms(hh) -> 8; atoms(ii) -> 9; atoms(jj) -> 10; atoms(_) -> 0.

around(-9) -> a; around(-8) -> b; around(-1) -> c; around(0) -> d; around(1) -> e; around(7) -> f; around(_) -> other.

sizes({}) -> 0; sizes({_}) -> 1; sizes({_, _}) -> 2; sizes({_, _, _}) -> 3; sizes(T) when is_tuple(T) -> more; sizes(_) -> none.

mixed(1) -> int; mixed(1.0) -> float; mixed(a) -> atom; mixed("a") -> string; mixed(<<"a">>) -> bin; mixed({a}) -> tuple;
mixed(M) when M =:= #{} -> map; mixed([]) -> nil; mixed(_) -> other.
