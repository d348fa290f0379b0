%% Bitstrings of megabytes: built, matched bit by bit, compared at odd offsets, copied.
-module(bs_large).
-export([main/0]).

main() ->
    B = << <<(I * I):24>> || I <- lists:seq(1, 50000) >>,
    io:format("~p ~p~n", [byte_size(B), erlang:crc32(B)]),
    <<_:3, R/bits>> = B,
    <<X:1000/bits, _/bits>> = R,
    io:format("~p~n", [erlang:phash2(X)]),
    io:format("~p~n", [count(R, 0)]),
    S = <<0:3, B/binary>>, <<_:3, T/binary>> = S,
    io:format("~p~n", [{T =:= B, T == B, T < B, erlang:phash2(T) =:= erlang:phash2(B), erlang:crc32(T) =:= erlang:crc32(B), bit_size(S)}]),
    io:format("~p~n", [[binary:part(T, 100, 4), byte_size(term_to_binary(S)), binary_to_term(term_to_binary(S)) =:= S]]),
    io:format("~p~n", [lists:sum([N || <<N:7>> <= S])]),
    io:format("~p~n", [lists:sum(binary_to_list(T))]).

count(<<1:1, R/bits>>, N) -> count(R, N + 1);
count(<<0:1, R/bits>>, N) -> count(R, N);
count(<<>>, N) -> N.
