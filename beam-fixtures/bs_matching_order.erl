%% Clauses on binaries with common prefixes, literals, sizes and types, tried from top to bottom.
-module(bs_matching_order).
-export([main/0]).

main() ->
    Bs = [<<>>, <<0>>, <<1>>, <<"GET /x">>, <<"GET ">>, <<"GETX">>, <<"PUT /y HTTP">>, <<255, 255, 1, 2>>, <<255, 254, 1, 2>>, <<1:1>>, <<1:9>>, <<0, 1, 2, 3, 4, 5, 6, 7>>, <<3, "abcdef">>, <<9, "ab">>, <<16#40490fdb:32>>, <<"åäö"/utf8>>],
    [io:format("~p ~p~n", [B, c(B)]) || B <- Bs],
    io:format("~p~n", [[n(B) || B <- Bs]]),
    io:format("~p~n", [[s(B) || B <- [<<1:7>>, <<200>>, <<16#8000:16>>, <<16#7fff:16>>, <<16#ffffff:24>>, <<-5:32/little>>]]]).

c(<<>>) -> empty;
c(<<"GET ", P/binary>>) when P =/= <<>> -> {get, P};
c(<<"GET", R/binary>>) -> {get_like, R};
c(<<"PUT /", P:1/binary, " ", V/binary>>) -> {put, P, V};
c(<<16#ffff:16, L:16/little>>) -> {bom, L};
c(<<16#ff, X:24>>) -> {almost, X};
c(<<B:1>>) -> {bit, B};
c(<<N, S:N/binary, R/binary>>) when N > 0, N < 9 -> {counted, S, R};
c(<<F:32/float>>) -> {float, F};
c(<<C/utf8, R/binary>>) when C > 127 -> {char, C, R};
c(<<0, R/bits>>) -> {zero, bit_size(R)};
c(B) -> {other, bit_size(B)}.

n(<<_:4, X:4, _/bits>>) when X > 3 -> {low, X};
n(<<X:4, _/bits>>) -> {high, X};
n(_) -> short.

s(<<X:7/signed>>) -> X; s(<<X:8/signed>>) -> X; s(<<X:16/signed-little>>) when X > 0 -> {pos, X}; s(<<X:16/signed>>) -> X; s(<<X:24/signed>>) -> X; s(<<X:32/signed-little>>) -> X.
