%% The bit syntax: modules made of random segments, compiled in the machine under test, and the same expressions evaluated;
%% what they build, what they match and what they raise.
-module(prop_bits).
-export([block/1]).
-import(prop_gen, [below/1, between/2, one_of/1, often/2, bits/0, shaped/1]).
-import(prop_run, [attempt/2]).

-define(FUNCTIONS, 25).

block(Cases) ->
    Specs = [specs() || _ <- lists:seq(1, ?FUNCTIONS)],
    Numbered = lists:zip(lists:seq(1, length(Specs)), Specs),
    Builds = [{name("build", I), variables("V", S), build(S)} || {I, S} <- Numbered],
    Matches = [{name("match", I), [var("B")], match(S)} || {I, S} <- Numbered],
    Module = load(Builds ++ Matches),
    [one(Module, one_of(Numbered)) || _ <- lists:seq(1, Cases)].

one(Module, {I, Specs}) ->
    Values = [value(S) || S <- Specs],
    Data = often(2, {fun() -> bits() end, fun() -> try apply(Module, name("build", I), Values) catch _:_ -> bits() end end}),
    Bits = one_of([Data, Data, shorter(Data)]),
    attempt({Specs, Values, Bits}, fun() ->
        {tried(fun() -> apply(Module, name("build", I), Values) end), tried(fun() -> apply(Module, name("match", I), [Bits]) end),
            tried(fun() -> evaluated(build(Specs), variables("V", Specs), Values) end), tried(fun() -> evaluated(match(Specs), [var("B")], [Bits]) end)}
    end).

tried(F) -> try F() catch C:R -> {C, R} end.
shorter(B) -> N = below(bit_size(B) + 1), <<S:N/bitstring, _/bitstring>> = B, S.

evaluated(Expression, Variables, Values) ->
    Bindings = maps:from_list([{V, X} || {{var, _, V}, X} <- lists:zip(Variables, Values)]),
    {value, Result, _} = erl_eval:expr(Expression, Bindings),
    Result.

%% {Type, Size, Unit, Sign, Endianness}; sizes are numbers, `default` or `{var, Bits}`: a variable bound by the segment before.
specs() -> [spec() || _ <- lists:seq(1, between(1, 5))].
spec() ->
    Type = one_of([integer, integer, integer, float, binary, bitstring, utf8, utf16, utf32]),
    {Type, segment_size(Type), often(3, {default, fun() -> unit(Type) end}), sign(Type), endian(Type)}.

segment_size(integer) -> often(3, {fun() -> one_of([default, between(0, 70), one_of([8, 16, 24, 32, 64, 128, 300])]) end, fun() -> {variable, between(-1, 40)} end});
segment_size(float) -> one_of([default, 64, 32, 16, 64, {variable, 64}, {variable, one_of([16, 32, 40])}]);
segment_size(Binary) when Binary =:= binary; Binary =:= bitstring -> one_of([between(0, 5), between(0, 5), {variable, between(-1, 9)}]);
segment_size(_) -> default.

%% (Where it means nothing, the native code of OTP 27 takes it for something.)
sign(integer) -> one_of([default, signed, unsigned]);
sign(_) -> default.
endian(Type) when Type =:= binary; Type =:= bitstring; Type =:= utf8 -> default;
endian(_) -> one_of([default, big, little, native]).

unit(integer) -> between(1, 9);
unit(binary) -> one_of([8, 8, 1, 3, 16]);
unit(_) -> default.

value({integer, _, _, _, _}) -> often(12, {fun prop_gen:int/0, fun prop_gen:wrong/0});
value({float, _, _, _, _}) -> often(12, {often(2, {fun prop_gen:float/0, fun prop_gen:int/0}), fun prop_gen:wrong/0});
value({Type, _, _, _, _}) when Type =:= binary; Type =:= bitstring -> often(12, {fun() -> one_of([bits(), shaped(prop_gen:bytes(below(6)))]) end, fun prop_gen:wrong/0});
value(_) -> often(6, {fun() -> one_of([0, 127, 128, 2047, 2048, 55295, 57344, 65535, 65536, 1114111]) end, fun() -> one_of([55296, 1114112, -1, a, 1 bsl 70]) end}).

%% Abstract forms.
var(Name) -> {var, 1, list_to_atom(Name)}.
name(Prefix, I) -> list_to_atom(Prefix ++ integer_to_list(I)).
variables(Prefix, Specs) -> [var(Prefix ++ integer_to_list(I)) || I <- lists:seq(1, length(Specs))].

build(Specs) -> {bin, 1, [element_of(V, S) || {V, S} <- lists:zip(variables("V", Specs), Specs)]}.

match(Specs) ->
    Vs = variables("X", Specs),
    Rest = {bin_element, 1, var("Rest"), default, [bitstring]},
    Pattern = {bin, 1, [element_of(V, S) || {V, S} <- lists:zip(Vs, Specs)] ++ [Rest]},
    Answer = {tuple, 1, Vs ++ [var("Rest")]},
    {'case', 1, var("B"), [{clause, 1, [Pattern], [], [Answer]}, {clause, 1, [var("_")], [], [{atom, 1, no}]}]}.

element_of(V, {Type, Size, Unit, Sign, Endian}) ->
    Units = [{unit, Unit} || Unit =/= default, Size =/= default],
    {bin_element, 1, V, size_of(Size), [Type | Units ++ [Sign || Sign =/= default] ++ [Endian || Endian =/= default]]}.

%% A size that the compiler doesn't know.
size_of(default) -> default;
size_of({variable, N}) -> {call, 1, {remote, 1, {atom, 1, erlang}, {atom, 1, '+'}}, [{integer, 1, 0}, {op, 1, '-', {integer, 1, N}, {integer, 1, 0}}]};
size_of(N) -> {integer, 1, N}.

load(Functions) ->
    Forms = [{attribute, 1, module, prop_bits_made}, {attribute, 1, export, [{F, length(A)} || {F, A, _} <- Functions]}
        | [{function, 1, F, length(A), [{clause, 1, A, [], [Body]}]} || {F, A, Body} <- Functions]],
    {ok, Module, Code} = compile:forms(Forms, [nowarn]),
    {module, Module} = code:load_binary(Module, "made", Code),
    Module.
