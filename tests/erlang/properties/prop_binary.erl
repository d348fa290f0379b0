%% The module `binary`, and the functions of `erlang` that take binaries to pieces.
-module(prop_binary).
-export([one/0]).
-import(prop_gen, [below/1, between/2, one_of/1, often/2, many/2, binary/0, bytes/1, shaped/1, bits/0, iodata/0, int/0, natural/0]).
-import(prop_run, [call/3, exact/3]).

one() ->
    S = subject(),
    case below(24) of
        0 -> call(binary, at, [S, place(S)]);
        1 -> call(binary, bin_to_list, one_of([[S], [S, part(S)], [S, place(S), place(S)]]));
        2 -> exact(binary, copy, often(5, {[S, below(5)], [one_of([S, a, <<1:1>>]), one_of([-1, a, 1.0, 3])]}));
        3 -> call(binary, decode_unsigned, one_of([[binary()], [binary(), one_of([big, little])]]));
        4 -> call(binary, encode_unsigned, one_of([[natural()], [int()], [natural(), one_of([big, little])]]));
        5 -> call(binary, one_of([first, last]), [S]);
        6 -> call(binary, list_to_bin, [iodata()]);
        7 -> call(binary, one_of([longest_common_prefix, longest_common_suffix]), [common()]);
        8 -> call(binary, part, one_of([[S, part(S)], [S, place(S), place(S)]]));
        9 -> call(binary, encode_hex, [binary()]);
        10 -> call(binary, decode_hex, [often(3, {fun() -> binary:encode_hex(binary()) end, S})]);
        N when N < 14 -> call(binary, one_of([match, matches]), [S, pattern(S) | scope(S)]);
        N when N < 16 -> call(binary, split, [S, pattern(S) | one_of([[], [many(3, fun() -> split_option(S) end)]])]);
        N when N < 18 -> call(binary, replace, [S, pattern(S), word() | one_of([[], [many(3, fun() -> replace_option(S) end)]])]);
        18 -> call(erlang, split_binary, [one_of([S, bits()]), place(S)]);
        19 -> call(erlang, binary_part, one_of([[S, part(S)], [S, place(S), place(S)]]));
        20 -> call(erlang, binary_to_list, one_of([[S], [S, place(S), place(S)]]));
        21 -> call(erlang, one_of([byte_size, bit_size, size, bitstring_to_list]), [bits()]);
        22 -> call(erlang, one_of([iolist_size, iolist_to_binary, list_to_binary, list_to_bitstring, iolist_to_iovec]), [iodata()]);
        23 -> compiled(S)
    end.

%% With few different bytes, so that patterns are found.
subject() -> often(6, {fun() -> shaped(list_to_binary(many(one_of([5, 20, 120]), fun() -> one_of("abc") end))) end, fun prop_gen:bits/0}).
word() -> often(12, {fun() -> shaped(list_to_binary(many(4, fun() -> one_of("abc") end))) end, <<>>}).
pattern(S) -> one_of([word(), word(), many(6, fun word/0), [word(), taken(S)], [taken(S)]]).
taken(S) when is_binary(S), byte_size(S) > 0 -> binary:part(S, below(byte_size(S)), 1);
taken(_) -> <<"a">>.

place(S) -> often(8, {fun() -> below(bit_size(S) div 8 + 1) end, fun() -> one_of([-1, bit_size(S) div 8 + 1, 1000]) end}).
part(S) ->
    P = place(S),
    {P, often(6, {fun() -> between(-max(P, 0), max(0, bit_size(S) div 8 - P)) end, fun() -> between(-5, 50) end})}.
scope(S) -> one_of([[], [[]], [[{scope, part(S)}]], [[one_of([a, {scope, a}, {scope, {0, -1}}])]]]).
split_option(S) -> one_of([global, global, trim, trim_all, {scope, part(S)}, often(2, {global, bad})]).
replace_option(S) -> one_of([global, global, {insert_replaced, below(5)}, {insert_replaced, [0, 2]}, {scope, part(S)}, often(2, {global, bad})]).

common() -> P = bytes(below(20)), [shaped(<<P/binary, (word())/binary, P/binary>>) || _ <- lists:seq(1, below(4))].

compiled(S) ->
    P = pattern(S),
    prop_run:attempt({compiled, S, P}, fun() ->
        C = binary:compile_pattern(P),
        {element(1, C), binary:matches(S, C), binary:split(S, C, [global, trim]), binary:replace(S, C, <<"-">>)}
    end).
