%% Stock Erlang's answers to the cases that the differential test made: reads terms from a file, writes terms to one.
-module(stock).
-export([main/2]).
-compile([nowarn_deprecated_function, {nowarn_removed, [{erlang, phash, 2}]}]).

main(In, Out) ->
    {ok, Bytes} = file:read_file(In),
    Answers = [term_to_binary(answer(Case)) || Case <- binary_to_term(Bytes)],
    ok = file:write_file(Out, term_to_binary(Answers)).

%% Each case comes in bytes of its own, so that bad ones are known by their place.
answer(Bytes) ->
    try binary_to_term(Bytes) of
        Case -> try {ok, ask(Case)} catch _:Reason -> {error, reason(Reason)} end
    catch
        _:_ -> {error, undecodable}
    end.

reason({Reason, _}) -> Reason;
reason(Reason) -> Reason.

ask({bytes, T}) ->
    {term_to_binary(T, [{minor_version, 1}]), term_to_binary(T, [{minor_version, 2}]),
     term_to_binary(T, [{minor_version, 0}]), erlang:external_size(T, [{minor_version, 1}]),
     term_to_binary(T, [{minor_version, 1}, deterministic])};
ask({decode, B}) ->
    {T, Used} = binary_to_term(B, [used]),
    {term_to_binary(T, [{minor_version, 1}]), Used};
ask({phash2, T}) -> erlang:phash2(T, 1 bsl 32);
ask({phash, T}) -> erlang:phash(T, 1 bsl 32);
ask({compare, A, B}) ->
    {sign(A, B), A =:= B, case erts_internal:cmp_term(A, B) of N when N < 0 -> -1; 0 -> 0; _ -> 1 end};
ask({sort, L}) -> lists:sort(L);
ask({arith, Op, X}) -> arith(Op, X);
ask({arith, Op, X, Y}) -> arith(Op, X, Y);
ask({float_text, F, Options}) -> float_to_binary(F, Options);
ask({float_text, F}) -> float_to_binary(F);
ask({float_parse, B}) -> binary_to_float(B);
ask({int_text, I, Base}) -> integer_to_binary(I, Base);
ask({int_parse, B, Base}) -> binary_to_integer(B, Base);
ask({extract, Bits, Skip, Size}) ->
    <<_:Skip, A:Size/big-unsigned, _/bits>> = Bits,
    <<_:Skip, B:Size/big-signed, _/bits>> = Bits,
    <<_:Skip, C:Size/little-unsigned, _/bits>> = Bits,
    <<_:Skip, D:Size/little-signed, _/bits>> = Bits,
    [A, B, C, D];
ask({extract_float, Bits, Skip, Size}) ->
    {case Bits of <<_:Skip, A:Size/float-big, _/bits>> -> A; _ -> none end,
     case Bits of <<_:Skip, B:Size/float-little, _/bits>> -> B; _ -> none end};
ask({extract_utf, Bits, Skip}) ->
    [case Bits of <<_:Skip, A/utf8, R/bits>> -> {A, bit_size(R)}; _ -> none end,
     case Bits of <<_:Skip, A/utf16-big, R/bits>> -> {A, bit_size(R)}; _ -> none end,
     case Bits of <<_:Skip, A/utf16-little, R/bits>> -> {A, bit_size(R)}; _ -> none end,
     case Bits of <<_:Skip, A/utf32-big, R/bits>> -> {A, bit_size(R)}; _ -> none end,
     case Bits of <<_:Skip, A/utf32-little, R/bits>> -> {A, bit_size(R)}; _ -> none end];
ask({build, V, Skip, Size}) -> {<<0:Skip, V:Size/big>>, <<0:Skip, V:Size/little>>};
ask({build_float, V, Skip, Size}) -> {<<0:Skip, V:Size/float-big>>, <<0:Skip, V:Size/float-little>>};
ask({display, T}) -> list_to_binary(erts_debug:display(T));
ask({unicode, binary, Data, From}) -> unicode:characters_to_binary(Data, From);
ask({unicode, list, Data, From}) -> unicode:characters_to_list(Data, From).

sign(A, B) when A < B -> -1;
sign(A, B) when A > B -> 1;
sign(A, B) when A == B -> 0.

arith('-', X) -> -X;
arith('abs', X) -> abs(X);
arith('bnot', X) -> bnot X;
arith('float', X) -> float(X);
arith('round', X) -> round(X);
arith('trunc', X) -> trunc(X);
arith('ceil', X) -> ceil(X);
arith('floor', X) -> floor(X).

arith('+', X, Y) -> X + Y;
arith('-', X, Y) -> X - Y;
arith('*', X, Y) -> X * Y;
arith('/', X, Y) -> X / Y;
arith('div', X, Y) -> X div Y;
arith('rem', X, Y) -> X rem Y;
arith('band', X, Y) -> X band Y;
arith('bor', X, Y) -> X bor Y;
arith('bxor', X, Y) -> X bxor Y;
arith('bsl', X, Y) -> X bsl Y;
arith('bsr', X, Y) -> X bsr Y.
