%% Keys of every type, equal and nearly equal ones, in flat and hashed maps.
-module(maps_keys).
-export([main/0]).

main() ->
    Ks = [1, 1.0, a, "a", <<"a">>, {a}, [], #{}, #{1 => 2}, <<1:3>>, 1 bsl 70, float(1 bsl 70), -0.0, [1 | 2], {}, fun lists:map/2],
    M = maps:from_list([{K, I} || {I, K} <- lists:zip(lists:seq(1, length(Ks)), Ks)]),
    io:format("~p~n", [[maps:get(K, M, none) || K <- Ks ++ [2, 0, {a, b}, 2.0, <<"b">>]]]),
    Big = lists:foldl(fun(I, A) -> A#{{k, I} => I, float(I) => f, I => i} end, M, lists:seq(1, 100)),
    io:format("~p ~p~n", [map_size(Big), erlang:phash2(Big)]),
    io:format("~p~n", [[maps:get(K, Big, none) || K <- Ks ++ [{k, 50}, 50, 50.0, 101]]]),
    io:format("~p~n", [{#{1 => a} =:= #{1.0 => a}, #{1 => a} == #{1.0 => a}, #{a => 1} == #{a => 1.0}, #{a => 1} =:= #{a => 1.0}}]).
