%% Long matches over binaries that collect in the middle, with contexts in registers and on the stack.
-module(gc_match_contexts).
-export([main/0]).

main() ->
    B = << <<I:16, (I rem 7):4, I:12>> || I <- lists:seq(1, 5000) >>,
    io:format("~p~n", [fold(B, 0, [])]),
    io:format("~p~n", [stacked(B, 200)]),
    io:format("~p~n", [two(B, <<B/binary, 0>>, 0)]),
    io:format("~p~n", [erlang:phash2(chunks(B, 3))]).

fold(<<A:16, F:4, C:12, R/bits>>, S, L) -> fold(R, S + A * F + C, [{A, lists:seq(1, F)} | lists:sublist(L, 5)]);
fold(<<>>, S, L) -> {S, L}.

stacked(_, 0) -> [];
stacked(<<X:13, R/bits>>, N) ->
    Rest = stacked(R, N - 1),
    _ = lists:seq(1, 50),
    [X bxor bit_size(R) | lists:sublist(Rest, 3)].

two(<<X, A/binary>>, <<Y, B/binary>>, N) when X =:= Y -> two(A, B, N + 1 + length([X, Y]) - 2);
two(A, B, N) -> {N, A, B}.

chunks(B, N) when byte_size(B) =< N -> [B];
chunks(B, N) -> <<C:N/binary, R/binary>> = B, [C | chunks(R, N rem 11 + 1)].
