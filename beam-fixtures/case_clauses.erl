%% case, if, andalso/orelse, match errors, and what they say when nothing fits.
-module(case_clauses).
-export([main/0]).

main() ->
    io:format("~p~n", [[kind(X) || X <- [0, -1, 5, 3.0, [], [x], {}, {a, 1}, {a, 2}, "str", <<1, 2>>, #{k => 1}, fun kind/1]]]),
    io:format("~p~n", [[t(F) || F <- [fun() -> case id(1) of 2 -> ok end end, fun() -> if_it(a) end, fun() -> {ok, _} = id(no) end, fun() -> id(1) andalso true end, fun() -> id(x) orelse true end, fun() -> not id(1) end, fun() -> f_clause(3) end,
        fun() -> true andalso id(5) end, fun() -> false orelse id(6) end, fun() -> [A, A] = id([1, 1]), A end, fun() -> [B, B] = id([1, 2]), B end, fun() -> id(true) and id(1) end, fun() -> id(1) xor true end, fun() -> <<X:8, X:8>> = id(<<1, 2>>), X end]]]).

kind(0) -> zero;
kind(X) when X > 0, is_integer(X) -> positive;
kind(X) when is_number(X), X < 0 orelse X > 2 -> other_number;
kind([]) -> nil;
kind([H | _]) when is_integer(H) -> {string, H};
kind([_ | _]) -> list;
kind({a, X} = T) when X > 1; X < 0 -> {big, T};
kind(T) when is_tuple(T), tuple_size(T) > 0 -> element(1, T);
kind(T) when T =:= {} -> empty;
kind(<<A, _/binary>>) -> {bin, A};
kind(#{k := V}) -> {map, V};
kind(_) -> unknown.

if_it(X) -> if X =:= b -> 1; X =:= c -> 2 end.
f_clause(1) -> 1; f_clause(2) -> 2.
t(F) -> try F() catch C:R -> {C, R} end.
id(X) -> X.
