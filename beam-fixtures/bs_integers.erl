%% Integer segments of every size, sign and byte order at every bit offset.
-module(bs_integers).
-export([main/0]).

main() ->
    [io:format("~p ~p~n", [Offset, offset(Offset)]) || Offset <- lists:seq(0, 9)],
    io:format("~p~n", [[sizes(N) || N <- [1, 7, 8, 15, 16, 24, 31, 32, 33, 59, 60, 61, 63, 64, 65, 127, 128, 200]]]).

offset(Offset) ->
    Bytes = <<16#fedcba9876543210:64, 16#0123456789abcdef:64>>,
    <<_:Offset, A:13, B:13/little, C:24/signed, D:32/little-signed, _/bits>> = Bytes,
    <<_:Offset, E:64/little, F:8/signed, _/bits>> = Bytes,
    {A, B, C, D, E, F}.

sizes(N) ->
    V = (1 bsl N) - 3,
    Big = <<V:N, V:N/little>>,
    <<U:N, L:N/little>> = Big,
    <<S:N/signed, M:N/little-signed>> = Big,
    {N, U =:= V, L =:= V, S, M, erlang:phash2(Big)}.
