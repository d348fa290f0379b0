%% Hashes and checksums: `phash2`, `phash`, `crc32`, `adler32`, `md5` and what combines and continues them.
-module(prop_hash).
-export([one/0]).
-import(prop_gen, [below/1, one_of/1, often/2, iodata/0, binary/0, term/0, natural/0]).
-import(prop_run, [call/3, attempt/2]).

one() ->
    case below(12) of
        N when N < 4 -> call(erlang, phash2, [term()]);
        4 -> call(erlang, phash2, [term(), range()]);
        5 -> call(erlang, phash, [term(), range()]);
        6 -> call(erlang, one_of([crc32, adler32, md5]), [often(2, {fun prop_gen:iodata/0, fun prop_gen:binary/0})]);
        7 -> call(erlang, one_of([crc32, adler32]), [word32(), iodata()]);
        8 -> call(erlang, one_of([crc32_combine, adler32_combine]), [word32(), word32(), below(one_of([10, 70000]))]);
        9 -> combined(one_of([{crc32, crc32_combine}, {adler32, adler32_combine}]));
        10 -> continued();
        11 -> large()
    end.

range() -> often(8, {fun() -> rand:uniform(1 bsl rand:uniform(32)) end, fun() -> one_of([0, 1 bsl 32, 1 bsl 32 + 1, a]) end}).
word32() -> often(12, {fun() -> below(1 bsl 32) end, fun prop_gen:natural/0}).

combined({Sum, Combine}) ->
    {A, B} = {binary(), binary()},
    attempt({Combine, A, B}, fun() ->
        Both = erlang:Combine(erlang:Sum(A), erlang:Sum(B), byte_size(B)),
        {Both, Both =:= erlang:Sum([A, B])}
    end).

continued() ->
    Parts = prop_gen:many(6, fun prop_gen:iodata/0),
    attempt({md5, Parts}, fun() ->
        {erlang:md5_final(lists:foldl(fun(P, C) -> erlang:md5_update(C, P) end, erlang:md5_init(), Parts)), erlang:md5(Parts)}
    end).

large() ->
    B = prop_gen:shaped(binary:copy(binary(), 40)),
    attempt({large, byte_size(B)}, fun() -> {erlang:crc32(B), erlang:adler32(B), erlang:md5(B), erlang:phash2(B), erlang:phash2([B, B])} end).
