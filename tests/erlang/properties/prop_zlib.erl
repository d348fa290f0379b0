%% The module `zlib`: what it compresses to, byte for byte, in all ways of doing so, and back; damaged data.
-module(prop_zlib).
-export([one/0]).
-import(prop_gen, [below/1, between/2, one_of/1, often/2, many/2, bytes/1, iodata/0]).
-import(prop_run, [call/3, attempt/2]).

one() ->
    D = data(),
    case below(10) of
        0 -> call(zlib, one_of([compress, zip, gzip]), [often(3, {D, fun prop_gen:iodata/0})]);
        1 -> {Pack, Unpack} = pair(), attempt({Pack, Unpack, D}, fun() -> P = zlib:Pack(D), {P, zlib:Unpack(P) =:= iolist_to_binary(D)} end);
        2 -> {Pack, Unpack} = pair(), call(zlib, Unpack, [damaged(zlib:Pack(D))]);
        3 -> attempt({inflate, D}, fun() -> with(fun(Z) -> inflated(Z, damaged(zlib:compress(D))) end) end);
        _ -> streams(D)
    end.

pair() -> one_of([{compress, uncompress}, {zip, unzip}, {gzip, gunzip}]).

%% Of all degrees of order.
data() ->
    case below(5) of
        0 -> bytes(below(one_of([10, 1000, 40000])));
        1 -> binary:copy(bytes(1 + below(20)), below(500));
        2 -> list_to_binary(many(2000, fun() -> one_of("abcdefgh   ") end));
        3 -> many(30, fun() -> <<(bytes(below(30)))/binary, "the same each time">> end);
        4 -> list_to_binary([<<(one_of([0, 0, 0, 1, 255])):(8 * between(1, 40))>> || _ <- lists:seq(1, below(200))])
    end.

%% (A single bit elsewhere, less, more.)
damaged(P) ->
    N = below(byte_size(P)),
    <<X:N/binary, C, Y/binary>> = P,
    one_of([P, X, <<P/binary, "more">>, <<X/binary, (C bxor (1 bsl below(8))), Y/binary>>]).

with(F) ->
    Z = zlib:open(),
    try F(Z) after zlib:close(Z) end.

inflated(Z, P) ->
    ok = zlib:inflateInit(Z),
    {zlib:inflate(Z, P), try zlib:inflateEnd(Z) catch _:R -> R end}.

streams(D) ->
    Level = one_of([none, default, best_speed, best_compression | lists:seq(0, 9)]),
    Bits = one_of([1, 1, 1, -1]) * often(20, {fun() -> between(9, 15) end, fun() -> one_of([7, 8, 16, 31, 32]) end}),
    Memory = often(15, {fun() -> between(1, 9) end, 10}),
    Strategy = one_of([default, filtered, huffman_only, rle]),
    Chunks = chunks(iolist_to_binary(D)),
    Turn = often(3, {none, {one_of([0, 1, 5, 9]), one_of([default, filtered, huffman_only])}}),
    Dictionary = often(4, {none, fun() -> bytes(10 + below(100)) end}),
    attempt({Level, Bits, Memory, Strategy, Turn, Dictionary, Chunks}, fun() ->
        Packed = with(fun(Z) -> deflated(Z, [Level, deflated, Bits, Memory, Strategy], Turn, Dictionary, Chunks) end),
        {Packed, try with(fun(Z) -> unpacked(Z, Bits, Dictionary, iolist_to_binary(Packed)) end) catch C:R -> {C, R} end =:= iolist_to_binary(D)}
    end).

deflated(Z, Options, Turn, Dictionary, Chunks) ->
    ok = apply(zlib, deflateInit, [Z | Options]),
    Dictionary =:= none orelse zlib:deflateSetDictionary(Z, Dictionary),
    Parts = [begin
        I > 2 orelse Turn =:= none orelse (ok = zlib:deflateParams(Z, element(1, Turn), element(2, Turn))),
        iolist_to_binary(zlib:deflate(Z, C, Flush))
    end || {I, {C, Flush}} <- lists:zip(lists:seq(1, length(Chunks)), Chunks)],
    Last = iolist_to_binary(zlib:deflate(Z, <<>>, finish)),
    ok = zlib:deflateEnd(Z),
    Parts ++ [Last].

unpacked(Z, Bits, Dictionary, P) ->
    ok = zlib:inflateInit(Z, Bits),
    Dictionary =:= none orelse Bits > 0 orelse zlib:inflateSetDictionary(Z, Dictionary),
    Out = case Dictionary =/= none andalso Bits > 0 of
        true -> iolist_to_binary(zlib:inflate(Z, P)), zlib:inflateSetDictionary(Z, Dictionary), zlib:inflate(Z, <<>>);
        false -> zlib:inflate(Z, P)
    end,
    ok = zlib:inflateEnd(Z),
    iolist_to_binary(Out).

chunks(<<>>) -> [];
chunks(B) ->
    N = min(byte_size(B), 1 + below(one_of([10, 1000, 20000]))),
    <<X:N/binary, Y/binary>> = B,
    [{X, one_of([none, none, none, sync, full])} | chunks(Y)].
