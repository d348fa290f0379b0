%% The order in which small maps show their keys, and in which maps compare.
-module(maps_order).
-export([main/0]).

main() ->
    io:format("~p~n", [#{z => 1, a => 2, 10 => 3, 2.5 => 4, "x" => 5, {t} => 6, <<"b">> => 7}]),
    Ms = [#{}, #{a => 1}, #{a => 2}, #{b => 0}, #{a => 1, b => 1}, #{1 => a}, #{1.0 => a}, #{2 => a}, #{a => #{}}, #{a => #{b => 1}}],
    io:format("~p~n", [lists:sort(Ms)]),
    io:format("~p~n", [[[A < B || B <- Ms] || A <- Ms]]),
    B1 = maps:from_list([{I, 1} || I <- lists:seq(1, 50)]),
    B2 = maps:from_list([{I, 1} || I <- lists:seq(2, 51)]),
    io:format("~p~n", [{B1 < B2, B1 =:= B1#{}, B1 < B1#{50 := 2}, B1#{1 := 1.0} == B1, B1#{1 := 1.0} =:= B1}]).
