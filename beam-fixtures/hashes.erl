%% phash2, phash, md5, crc32, adler32 of many terms and their combinations.
-module(hashes).
-export([main/0]).

main() ->
    Ts = [0, -1, 1 bsl 27, 1 bsl 60, 1 bsl 64, -(1 bsl 100), 1.5, -0.0, 0.0, a, '', [], [1], "abc", [a | b], {}, {a, 1}, <<>>, <<1>>, <<1:5>>, <<"a longer binary than that">>, #{}, #{a => 1}, #{1 => 2, a => b, "x" => []},
          maps:from_list([{I, I} || I <- lists:seq(1, 40)]), fun lists:map/2, [[], {}, #{}], {1.0, [<<1:1>>]}, lists:seq(1, 300)],
    io:format("~p~n", [[erlang:phash2(T) || T <- Ts]]),
    io:format("~p~n", [[erlang:phash2(T, 1000) || T <- Ts]]),
    io:format("~p~n", [[erlang:phash(T, 1 bsl 32) || T <- Ts, not is_map(T), not is_function(T)]]),
    B = << <<(X * 7)>> || X <- lists:seq(1, 1000) >>,
    io:format("~p~n", [[erlang:crc32(B), erlang:adler32(B), erlang:md5(B), erlang:crc32(5, B), erlang:adler32(7, [B, "x", [B]])]]),
    {B1, B2} = split_binary(B, 333),
    io:format("~p~n", [{erlang:crc32_combine(erlang:crc32(B1), erlang:crc32(B2), byte_size(B2)) =:= erlang:crc32(B), erlang:adler32_combine(erlang:adler32(B1), erlang:adler32(B2), byte_size(B2)) =:= erlang:adler32(B)}]),
    C = erlang:md5_update(erlang:md5_update(erlang:md5_init(), B1), [B2]),
    io:format("~p~n", [erlang:md5_final(C) =:= erlang:md5(B)]),
    io:format("~p~n", [[try erlang:phash2(a, N) catch X:R -> {X, R} end || N <- [0, -1, a, 1, 1 bsl 32]]]).
