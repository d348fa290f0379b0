%% UTF-8, -16 and -32 segments: all boundaries, surrogates, overlong and truncated input.
-module(bs_utf).
-export([main/0]).

main() ->
    Cs = [0, 16#7f, 16#80, 16#7ff, 16#800, 16#d7ff, 16#e000, 16#ffff, 16#10000, 16#10ffff],
    [io:format("~p ~p~n", [C, {<<C/utf8>>, <<C/utf16>>, <<C/utf16-little>>, <<C/utf32>>, <<C/utf32-little>>}]) || C <- Cs],
    io:format("~p~n", [[catch element(1, element(2, catch <<C/utf8>>)) || C <- [16#d800, 16#dfff, 16#110000, -1, a]]]),
    Bad = [<<16#80>>, <<16#c0, 16#80>>, <<16#e0, 16#80, 16#80>>, <<16#ed, 16#a0, 16#80>>,
           <<16#e2, 16#82>>, <<>>, <<16#fe>>, <<16#d8, 0, 0, 0>>, <<0, 16#d8, 0, 16#dc>>, <<0, 16#11, 0, 0>>],
    [io:format("~p ~p~n", [B, {u8(B), u16(B), u16l(B)}]) || B <- Bad],
    io:format("~p~n", [[C || <<C/utf32>> <= << <<C/utf32>> || C <- Cs >>] =:= Cs]),
    Text = << <<C/utf8>> || C <- Cs >>,
    io:format("~p ~p~n", [[C || <<C/utf8>> <= Text] =:= Cs, shifted(<<5:3, Text/binary>>)]).

u8(<<C/utf8, _/binary>>) -> C; u8(_) -> no.
u16(<<C/utf16, _/binary>>) -> C; u16(_) -> no.
u16l(<<C/utf16-little, _/binary>>) -> C; u16l(_) -> no.

shifted(<<_:3, Rest/bits>>) -> chars(Rest).
chars(<<C/utf8, Rest/bits>>) -> [C | chars(Rest)];
chars(<<>>) -> [].
