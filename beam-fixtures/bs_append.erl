%% Appending to binaries: in place, to an older window, bit by bit, from two owners.
-module(bs_append).
-export([main/0]).

main() ->
    B = lists:foldl(fun(N, Acc) -> <<Acc/binary, N:32>> end, <<>>, lists:seq(1, 1000)),
    io:format("~p ~p~n", [byte_size(B), erlang:phash2(B)]),
    X = <<B/binary, "x">>, Y = <<B/binary, "y">>,
    io:format("~p~n", [{binary:last(X), binary:last(Y), binary:part(X, 0, 8) =:= binary:part(Y, 0, 8)}]),
    Bits = lists:foldl(fun(N, Acc) -> <<Acc/bits, (N rem 2):1, N:3>> end, <<>>, lists:seq(1, 333)),
    io:format("~p ~p~n", [bit_size(Bits), erlang:phash2(Bits)]),
    Self = self(),
    [spawn_link(fun() -> Self ! {I, <<B/binary, I>>} end) || I <- [1, 2, 3]],
    io:format("~p~n", [[receive {I, R} -> {byte_size(R), binary:last(R)} end || I <- [1, 2, 3]]]),
    io:format("~p~n", [catch element(1, element(2, catch <<(<<1:3>>)/binary, 1>>))]).
