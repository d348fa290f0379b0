%% The module `string`: graphemes, cases, searching, splitting, padding; and its older functions on lists of Latin letters.
-module(prop_string).
-export([one/0]).
-import(prop_gen, [below/1, between/2, one_of/1, often/2, many/2, chardata/0, text/0, text/1]).
-import(prop_run, [call/3, exact/3]).

one() ->
    S = often(4, {fun prop_gen:text/0, fun prop_gen:chardata/0}),
    case below(24) of
        0 -> call(string, one_of([length, to_graphemes, reverse, is_empty, next_grapheme, next_codepoint]), [S]);
        1 -> call(string, one_of([lowercase, uppercase, titlecase, casefold]), [S]);
        2 -> call(string, one_of([trim, chomp]), [S]);
        3 -> call(string, trim, [S, direction()]);
        4 -> call(string, trim, [S, direction(), characters()]);
        5 -> exact(string, pad, [S, between(0, 20) | one_of([[], [direction()], [direction(), often(5, {one_of("ab" ++ [8364, [101, 769]]), bad})]])]);
        6 -> call(string, slice, [S, below(10)]);
        7 -> call(string, slice, [S, below(10), often(6, {below(10), infinity})]);
        8 -> call(string, prefix, [S, part_of(S)]);
        9 -> call(string, find, [S, part_of(S) | where()]);
        10 -> call(string, split, [S, part_of(S) | one_of([[], [one_of([leading, trailing, all, bad])]])]);
        11 -> call(string, replace, [S, part_of(S), text(3) | one_of([[], [one_of([leading, trailing, all])]])]);
        12 -> call(string, lexemes, [S, characters()]);
        13 -> call(string, nth_lexeme, [S, between(0, 4), characters()]);
        14 -> call(string, take, [S, characters() | one_of([[], [one_of([true, false])], [one_of([true, false]), direction()]])]);
        15 -> call(string, equal, [S, often(2, {S, fun prop_gen:chardata/0}) | one_of([[], [one_of([true, false])], [one_of([true, false]), one_of([none, nfc, nfd, nfkc, nfkd])]])]);
        16 -> call(string, one_of([chr, rchr]), [latin(), one_of("abc 1")]);
        17 -> call(string, one_of([str, rstr, span, cspan]), [latin(), latin(3)]);
        18 -> call(string, substr, [latin(), between(1, 6) | one_of([[], [below(6)]])]);
        19 -> call(string, tokens, [latin(), latin(3)]);
        20 -> call(string, one_of([strip, len, to_upper, to_lower]), [latin()]);
        21 -> call(string, strip, [latin(), one_of([left, right, both]), $a]);
        22 -> exact(string, one_of([left, right, centre]), [latin(), below(20) | one_of([[], ".a"])]);
        23 -> call(string, one_of([join, sub_word, words]), one_of([[many(4, fun() -> latin(4) end), latin(2)], [latin(), 2], [latin()]]))
    end.

direction() -> one_of([leading, trailing, both, often(5, {both, bad})]).
where() -> one_of([[], [one_of([leading, trailing, bad])]]).
characters() -> often(8, {fun() -> string:to_graphemes(text(4)) end, fun() -> one_of([[], [$\r, $\n], ["\r\n"], a]) end}).
latin() -> latin(20).
latin(Max) -> many(Max, fun() -> one_of("abc  1" ++ [233]) end).

%% Something that likely is in it.
part_of(S) ->
    try
        L = unicode:characters_to_list(S),
        Part = lists:sublist(L, 1 + below(length(L)), 1 + below(2)),
        one_of([Part, unicode:characters_to_binary(Part), text(2)])
    catch _:_ -> text(2) end.
