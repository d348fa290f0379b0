%% Generators of random terms of all kinds, from the process's `rand` state; pids, ports, references and funs are left out.
-module(prop_gen).
-export([below/1, between/2, one_of/1, either/1, often/2, many/2, int/0, natural/0, float/0, number/0, atom/0,
    bytes/1, binary/0, binary/1, shaped/1, bits/0, text/0, text/1, chardata/0, iodata/0, list/0, list/1, map/0, map/2, key/0,
    term/0, term/1, wrong/0]).

below(N) -> rand:uniform(N) - 1.
between(A, B) -> A + below(B - A + 1).
one_of(List) -> lists:nth(rand:uniform(length(List)), List).
either(Funs) -> (one_of(Funs))().
%% The first in N - 1 of N times.
often(N, {A, B}) -> case below(N) of 0 -> value(B); _ -> value(A) end.
value(F) when is_function(F, 0) -> F();
value(X) -> X.
%% Up to `Max` of what `F` makes.
many(Max, F) -> [F() || _ <- lists:seq(1, below(Max + 1))].

%% Integers, often near the limits of small ones and of digits.
int() ->
    case below(6) of
        0 -> between(-3, 3);
        1 -> between(-300, 300);
        2 -> sign() * natural();
        _ -> sign() * (1 bsl one_of([7, 8, 15, 16, 26, 27, 28, 31, 32, 58, 59, 60, 62, 63, 64, 127, 128, 1023, 1024])) + between(-2, 2)
    end.
natural() -> below(1 bsl rand:uniform(one_of([4, 16, 64, 300]))).
sign() -> one_of([1, -1]).

float() ->
    case below(5) of
        0 -> one_of([0.0, -0.0, 1.0, -1.0, 0.1, 5.0e-324, 2.2250738585072014e-308, 2.225073858507201e-308,
            1.7976931348623157e308, -1.7976931348623157e308, 9007199254740991.0, 9007199254740992.0, 1.0e22, 1.0e23,
            4.35, 0.5, 1.5, 2.5, -0.5, 123456789.125, 5.764607523034235e17, 1.8446744073709552e19]);
        1 -> between(-100000, 100000) / one_of([1, 2, 10, 100, 1000, 3, 7]);
        2 -> sign() * below(1 bsl 53) * math:pow(2.0, between(-60, 60));
        3 -> any_float(<<(below(2)):1, 0:11, (below(1 bsl rand:uniform(52))):52>>);
        4 -> any_float(rand:bytes(8))
    end.
any_float(<<F/float>>) -> F;
any_float(_) -> float().
number() -> either([fun int/0, fun float/0]).

atom() ->
    one_of(['', a, b, ok, error, true, false, undefined, nil, infinity, 'A b', '\n', 'é', 'ÿ', 'Ω', '日本', '𝄞',
        list_to_atom(lists:duplicate(255, $x)), '1', '[]', 'end']).

bytes(N) -> rand:bytes(N).
%% Binaries of every way of storing them: on heaps and off them, parts of others, with room behind, not at a byte's start.
binary() -> binary(one_of([3, 10, 70, 300])).
binary(Max) -> shaped(bytes(below(Max + 1))).
shaped(B) ->
    case below(5) of
        0 -> B;
        1 -> Pre = bytes(below(80)), binary:part(<<Pre/binary, B/binary, "behind">>, byte_size(Pre), byte_size(B));
        2 -> lists:foldl(fun(C, Acc) -> <<Acc/binary, C>> end, <<>>, binary_to_list(B));
        _ ->
            O = below(20), N = bit_size(B),
            <<_:O, S:N/bitstring, _/bitstring>> = <<(below(1 bsl 20)):O, B/bitstring, (below(8)):3>>,
            S
    end.
bits() ->
    case below(3) of
        0 -> binary();
        _ -> B = binary(), N = below(bit_size(B) + 1), O = below(min(N, 9) + 1), <<_:O, S:(N - O)/bitstring, _/bitstring>> = B, S
    end.

%% Code points; with few different ones, so that they repeat.
text() -> text(one_of([3, 12, 40])).
text(Max) -> Chars = one_of(["ab", "abc \n", "aAbB.,-1", [$a, 233, 223, 8364, $\s], [$e, 769, 776, $\r, $\n, 8205], [128512, 127995, 65039, 8205, 4352, 4449]]), many(Max, fun() -> one_of(Chars) end).

%% Characters in lists and binaries, deep; sometimes wrong somewhere.
chardata() ->
    case below(8) of
        0 -> [chardata() | often(6, {fun chardata/0, fun wrong/0})];
        1 -> shaped(<<(unicode:characters_to_binary(text()))/binary, (often(3, {<<>>, fun() -> bytes(below(4)) end}))/binary>>);
        2 -> many(4, fun chardata/0);
        3 -> often(4, {fun text/0, fun() -> text() ++ [one_of([-1, 55296, 57343, 65534, 1114111, 1114112, 1 bsl 64, a])] end});
        N when N < 6 -> text();
        _ -> shaped(unicode:characters_to_binary(text()))
    end.

iodata() ->
    case below(5) of
        0 -> [iodata() | often(3, {fun binary/0, fun wrong/0})];
        1 -> many(5, fun iodata/0);
        2 -> many(20, fun() -> below(often(30, {256, 258})) end);
        _ -> often(12, {fun binary/0, fun bits/0})
    end.

list() -> list(fun() -> term(1) end).
list(F) -> many(one_of([2, 6, 20]), F).

%% (Zeros of both signs are one key before OTP 27; which of them a map keeps is another matter.)
key() -> key(either([fun() -> between(0, 20) end, fun() -> one_of([1.0, 2.0, 0.0, {1}, {1.0}, [], <<>>, <<1:1>>, "ab"]) end, fun atom/0, fun int/0, fun() -> term(1) end])).
key(F) when F == 0.0, is_float(F) -> 0.0;
key(K) -> K.
%% On both sides of where maps become trees.
map() -> map(one_of([3, 3, 31, 33, 60, 150]), fun key/0).
map(Max, Key) -> maps:from_list(many(Max, fun() -> {Key(), term(1)} end)).

term() -> term(4).
term(Depth) ->
    case below(case Depth of 0 -> 6; _ -> 11 end) of
        0 -> int();
        1 -> float();
        2 -> atom();
        3 -> bits();
        4 -> text(5);
        5 -> one_of([[], {}, <<>>, #{}, 0]);
        6 -> list_to_tuple(many(5, fun() -> term(Depth - 1) end));
        7 -> many(5, fun() -> term(Depth - 1) end);
        8 -> [term(Depth - 1) | term(Depth - 1)];
        9 -> maps:from_list(many(5, fun() -> {key(term(Depth - 1)), term(Depth - 1)} end));
        10 -> maps:from_list(many(one_of([4, 40]), fun() -> {key(), term(0)} end))
    end.

%% What few functions take; no large integer that something might take for a size.
wrong() -> one_of([-1, 0, 1 bsl 70, -(1 bsl 59), 1.5, a, [], {}, {a, 1}, [a | b], [1, 2 | 3], [-1], [256], "ab", <<>>, <<1:3>>, <<"ab", 5:7>>, #{}, #{a => 1}, <<255, 254>>, [[], <<200>>]]).
