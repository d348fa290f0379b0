%% Map instructions: put_map_assoc, put_map_exact, get_map_elements, has_map_fields; and their errors.
-module(maps_update).
-export([main/0]).

main() ->
    M = #{a => 1, b => 2, {c, d} => 3, "s" => 4},
    io:format("~p~n", [[take(X) || X <- [M, #{}, #{a => 1}, #{a => 1, b => x}, not_a_map, #{a => 9, b => 9, c => 9}]]]),
    io:format("~p~n", [M#{a := 10, b => 20, e => 5}]),
    io:format("~p~n", [[c(F) || F <- [fun() -> M#{zz := 1} end, fun() -> (id(x))#{a => 1} end, fun() -> (id([]))#{a := 1} end,
        fun() -> maps:get(zz, M) end, fun() -> maps:update(zz, 1, M) end, fun() -> map_get(a, id(1)) end, fun() -> #{q := 1} = M end]]]),
    Big = maps:from_list([{I, I} || I <- lists:seq(1, 100)]),
    #{1 := One, 50 := Fifty, 100 := Hundred} = Big,
    io:format("~p~n", [{One, Fifty, Hundred, maps:size(Big#{1 := x, 2 := y, 200 => z}), case Big of #{101 := _} -> yes; _ -> no end}]),
    K = id({c, d}),
    #{K := V} = M,
    io:format("~p~n", [{V, is_map_key(K, M), [X || #{a := X} <- [M, #{}, #{a => 2}]]}]),
    io:format("~p~n", [#{id(a) => 1, a => 2, id(b) => 3, id(a) => 4}]).

take(#{a := A, b := B, c := C}) -> {A, B, C};
take(#{a := A, b := B}) when is_integer(B) -> {A, B};
take(#{a := A}) -> A;
take(M) when is_map(M) -> map;
take(_) -> none.

c(F) -> try F() catch C:R -> {C, R} end.
id(X) -> X.
