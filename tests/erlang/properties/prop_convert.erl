%% The conversions of `erlang`: numbers, atoms, binaries, lists, tuples and external terms into each other.
-module(prop_convert).
-export([one/0]).
-import(prop_gen, [below/1, between/2, one_of/1, often/2, either/1, many/2, int/0, float/0, number/0, atom/0, binary/0, bits/0, text/0, iodata/0, term/0, list/0, shaped/1]).
-import(prop_run, [call/3, exact/3, attempt/2]).

one() ->
    case below(25) of
        0 -> call(erlang, one_of([integer_to_list, integer_to_binary]), [int()]);
        1 -> call(erlang, one_of([integer_to_list, integer_to_binary]), [int(), base()]);
        2 -> call(erlang, list_to_integer, [digits(10)]);
        3 -> B = base(), call(erlang, list_to_integer, [digits(B), B]);
        4 -> call(erlang, binary_to_integer, [shaped(list_to_binary(digits(10)))]);
        5 -> B = base(), call(erlang, binary_to_integer, [shaped(list_to_binary(digits(B))), B]);
        6 -> call(erlang, one_of([float_to_list, float_to_binary]), [float()]);
        N when N < 10 -> call(erlang, one_of([float_to_list, float_to_binary]), [float(), many(2, fun float_option/0)]);
        10 -> call(erlang, list_to_float, [float_text()]);
        11 -> call(erlang, binary_to_float, [shaped(list_to_binary(float_text()))]);
        12 -> call(erlang, one_of([trunc, round, ceil, floor, float, abs]), [number()]);
        13 -> call(erlang, one_of([atom_to_list, atom_to_binary]), [atom()]);
        14 -> call(erlang, atom_to_binary, [atom(), one_of([latin1, utf8, unicode, bad])]);
        15 -> {F, N} = named(list_to_atom, list_to_existing_atom), call(erlang, F, [N]);
        16 -> {F, N} = named(binary_to_atom, binary_to_existing_atom), call(erlang, F, [shaped(unicode:characters_to_binary(N)) | one_of([[], [one_of([latin1, utf8, bad])]])]);
        17 -> call(erlang, list_to_tuple, [list()]);
        18 -> call(erlang, tuple_to_list, [list_to_tuple(list())]);
        19 -> call(erlang, one_of([list_to_binary, list_to_bitstring, iolist_to_binary, iolist_size]), [often(4, {fun prop_gen:iodata/0, fun bits_list/0})]);
        20 -> call(erlang, one_of([bitstring_to_list, binary_to_list]), [bits()]);
        21 -> call(string, one_of([to_integer, to_float]), [either([fun() -> digits(10) ++ text() end, fun float_text/0])]);
        22 -> T = term(), attempt({etf, T}, fun() -> B = term_to_binary(prop_run:plain(T), options()), {B, binary_to_term(B)} end);
        23 -> T = term(), attempt({used, T}, fun() -> B = term_to_binary(T, options()), {X, N} = binary_to_term(shaped(<<B/binary, "more">>), [used]), {X, N =:= byte_size(B), X =:= T, erlang:external_size(T) >= 2} end);
        24 -> call(erlang, binary_to_term, [damaged(term_to_binary(prop_run:plain(term())))])
    end.

base() -> often(15, {fun() -> between(2, 36) end, fun() -> one_of([0, 1, 37, a, -2]) end}).

%% Mostly a number in this base.
digits(Base) when is_integer(Base), Base > 1, Base < 37 ->
    Digits = integer_to_list(int(), Base),
    case below(6) of
        0 -> Digits ++ one_of(["", " ", "g", "_", ".", "-", "\0"]);
        1 -> one_of(["+", "-", "0", "000", " ", "+-", ""]) ++ Digits;
        2 -> string:lowercase(Digits);
        _ -> Digits
    end;
digits(_) -> "12".

float_option() ->
    one_of([{decimals, between(0, 20)}, {decimals, between(0, 253)}, {scientific, between(0, 20)}, {scientific, between(0, 249)},
        compact, often(2, {compact, one_of([{decimals, -1}, {decimals, 254}, {scientific, 250}, {scientific, a}, bad, short])})]).
float_text() ->
    F = float_to_list(often(4, {float(), between(-9999, 9999) / 8}), one_of([[], [{scientific, 5}], [{scientific, 17}]])),
    case below(6) of
        0 -> one_of(["+", " ", "-", "00", "1"]) ++ F;
        1 -> F ++ one_of(["e5", "E-3", ".", " ", "0", "e400", "e-400", "e", "x"]);
        2 -> integer_to_list(int()) ++ one_of(["", ".", ".0", ".5e3", "e3", ",5", ".0e+10", ".0e309"]);
        _ -> F
    end.

name() -> often(4, {fun prop_gen:text/0, fun() -> lists:duplicate(one_of([254, 255, 256]), one_of([$a, 233, 8364, 128512])) end}).
%% (Which atoms there are is a machine's own matter, but for those here.)
named(New, Existing) ->
    case below(2) of
        0 -> {New, name()};
        1 -> {Existing, often(5, {fun() -> atom_to_list(prop_gen:atom()) end, fun() -> one_of([lists:duplicate(300, $a), "nobody made this atom", [8364, 8364, 8364, $?]]) end})}
    end.
bits_list() -> many(4, fun() -> either([fun prop_gen:binary/0, fun prop_gen:bits/0, fun() -> below(256) end]) end).
options() -> one_of([[{minor_version, 2}], [{minor_version, 1}], [deterministic_or_not(), {minor_version, 2}]]).
%% What compresses must be as zlib does it.
deterministic_or_not() -> {compressed, below(10)}.
damaged(B) ->
    N = rand:uniform(byte_size(B) - 1),
    <<X:N/binary, C, Y/binary>> = <<B/binary, 0>>,
    shaped(one_of([X, <<X/binary, (C bxor (1 bsl below(8))), Y/binary>>, <<X/binary, Y/binary>>])).
