%% Sizes from earlier segments, units, skipping, tails and failed matches.
-module(bs_skip_and_size).
-export([main/0]).

main() ->
    [io:format("~p ~p~n", [B, catch packet(B)]) || B <-
        [<<1, 3, "abc", 9>>, <<1, 9, "abc">>, <<2, 0, 2, "xyz">>, <<3, 5:3, 7:5>>, <<4, 1:7>>, <<>>, <<5, 1:1, 6:3>>]],
    io:format("~p~n", [[unit(B) || B <- [<<>>, <<1>>, <<1, 2>>, <<1:4>>, <<1, 2:4>>]]]),
    io:format("~p~n", [[sized(N, <<1, 2, 3, 4>>) || N <- [0, 1, 4, 5, -1, a, 1 bsl 70]]]).

packet(<<1, N, S:N/binary, Rest/binary>>) -> {string, S, Rest};
packet(<<2, N:16, _:N/unit:8, Rest/binary>>) -> {skipped, Rest};
packet(<<3, X:3, Y:5>>) -> {bits, X, Y};
packet(<<4, R/bits>>) -> {tail, R};
packet(<<5, 1:1, R:3, T/bits>>) -> {five, R, T};
packet(B) when bit_size(B) =:= 0 -> empty;
packet(_) -> other.

unit(<<_/binary>>) -> bytes;
unit(<<_:4, _/bits>> = B) -> {bits, bit_size(B)}.

sized(N, B) ->
    case B of
        <<X:N/binary, _/binary>> -> X;
        _ -> none
    end.
