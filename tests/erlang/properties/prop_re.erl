%% The module `re`: patterns from a grammar, some of them wrong, on subjects that they may match.
-module(prop_re).
-export([one/0]).
-import(prop_gen, [below/1, between/2, one_of/1, often/2, many/2]).
-import(prop_run, [exact/3, attempt/2]).

%% From OTP 28 on there are ways back into subroutine calls: those patterns are generated for themselves.
-if(?OTP_RELEASE >= 28).
one() -> case below(3) of 0 -> calls(); _ -> any() end.

calls() ->
    put(groups, 0),
    P = lists:append([one_of(["", "^"]), branches(2), one_of(["", "$"])]),
    S = many(6, fun() -> one_of("aabbc") end),
    exact(re, run, [S, numbered(P, get(groups)), [{match_limit, 100000}]]).

%% Calls and references name groups that are there.
numbered(P, N) ->
    lists:flatten([case X of {call, K} -> integer_to_list(K rem (N + 1)); {back, K} -> integer_to_list(1 + K rem max(1, N)); _ -> X end || X <- P]).

branches(D) -> lists:append(lists:join("|", [lists:append([part(D) || _ <- lists:seq(1, 1 + below(3))]) || _ <- lists:seq(1, one_of([1, 1, 2, 3]))])).

part(0) -> one_of(["a", "b", "c", ".", "ab", "a?", "b*"]);
part(D) ->
    case below(10) of
        N when N < 3 -> put(groups, get(groups) + 1), "(" ++ branches(D - 1) ++ ")" ++ one_of(["", "", "?", "*", "{2}", "+?", "??", "{0,2}"]);
        N when N < 5 -> ["(?", {call, below(6)}, ")" | one_of(["", "", "?", "*", "{2}"])];
        5 -> one_of(["(?:", "(?>", "(?=", "(?!"]) ++ branches(D - 1) ++ ")" ++ one_of(["", "?"]);
        6 -> case get(groups) of 0 -> "a"; _ -> ["\\", {back, below(6)} | one_of(["", "?"])] end;
        7 -> "(?(R)" ++ part(D - 1) ++ one_of(["", "|a"]) ++ ")";
        8 -> one_of(["(?<=a|bc)", "(?<=a{1,3})", "(?<!ab?)"]);
        _ -> part(0)
    end.
-else.
one() -> any().
-endif.

any() ->
    Unicode = below(4) =:= 0,
    P = pattern(Unicode),
    S = often(12, {fun() -> subject(Unicode) end, fun prop_gen:wrong/0}),
    Bsr = one_of([bsr_anycrlf, bsr_unicode]),
    Compile = [unicode || Unicode] ++ many(2, fun() -> one_of([caseless, multiline, dotall, extended, ungreedy, anchored, dollar_endonly, dupnames, {newline, one_of([lf, cr, crlf, any, anycrlf])}, Bsr, no_start_optimize, often(4, {ucp, bad})]) end),
    case below(8) of
        0 -> attempt({compile, P, Compile}, fun() -> compiled(re:compile(P, Compile)) end);
        1 -> exact(re, split, [S, P, Compile ++ many(2, fun() -> one_of([group, trim, {parts, between(0, 4)}, {return, one_of([list, binary])}]) end)]);
        2 -> exact(re, replace, [S, P, often(8, {fun replacement/0, bad}), Compile ++ many(2, fun() -> one_of([global, {return, one_of([list, binary, iodata])}, notbol]) end)]);
        3 -> attempt({inspect, P, Compile}, fun() -> {ok, C} = re:compile(P, Compile), {re:inspect(C, namelist), re:run(S, C, [{capture, all_names, binary}])} end);
        _ -> exact(re, run, [S, P, Compile ++ many(2, fun() -> run_option(S) end)])
    end.

compiled({ok, {re_pattern, Captures, Utf, Crlf, _}}) -> {Captures, Utf, Crlf};
compiled(Other) -> Other.

run_option(S) ->
    Type = one_of([index, list, binary]),
    one_of([global, global, notbol, noteol, notempty, notempty_atstart, {offset, offset(S)}, {capture, all, Type}, {capture, first, Type}, {capture, none},
        {capture, all_but_first, Type}, {capture, [1, 0, a, 5], Type}, {capture, all_names, Type}, report_errors, often(3, {global, {capture, bad}})]).
%% (Behind the subject's end, stock raises what nothing can catch.)
offset(S) -> try below(iolist_size(S) + 1) catch _:_ -> 0 end.
replacement() -> lists:append(many(4, fun() -> one_of(["x", "\\1", "&", "\\&", "\\g{2}", "\\0", "\\\\", "\\9", "\\g1"]) end)).

%% Short, so that no pattern takes long.
subject(Unicode) ->
    Chars = case Unicode of true -> "aAb1 \n_" ++ [233, 201, 8364, 223, 128512]; false -> "aaAbBc1 -_\n\r" end,
    S = many(one_of([3, 14]), fun() -> one_of(Chars) end),
    one_of([S, unicode:characters_to_binary(S)]).

%% At most one thing in it is wrong: which of several is told first is another matter. `groups` counts the groups so far.
pattern(Unicode) ->
    put(wrong, below(4) =:= 0),
    put(groups, 0),
    lists:append([one_of(["", "", "", "", "", "^", "(?i)", "(?x)", "(?U)"]), alternatives(3, Unicode), one_of(["", "", "", "$", "\\Z", "\\z"])]).

or_wrong(Good, Wrong) ->
    case get(wrong) andalso below(5) =:= 0 of
        true -> put(wrong, false), one_of(Wrong);
        false when is_function(Good) -> Good();
        false -> one_of(Good)
    end.

alternatives(D, U) -> lists:append(lists:join("|", [sequence(D, U) || _ <- lists:seq(1, one_of([1, 1, 2, 3]))])).
sequence(D, U) -> lists:append(many(3, fun() -> atom(D, U) end)).

%% Not many nested, so that nothing takes long.
quantifier(D) when D > 1, D < 3 -> one_of(["", "", "?", "{0,2}"]);
quantifier(_) ->
    case below(3) of
        0 -> or_wrong(["*", "+", "?", "{2}", "{1,}", "{0,3}", "{,2}", "{1"], ["{2,1}", "{70000}", "{1,70000}", "**"]) ++ one_of(["", "", "?", "+"]);
        _ -> ""
    end.

atom(0, U) -> char(U);
atom(D, U) ->
    In = fun() -> alternatives(D - 1, U) end,
    case below(13) of
        0 -> group("(", In) ++ quantifier(D);
        1 -> one_of(["(?:", "(?>", "(?i:", "(?s-i:", "(?m-x:", "(?U:"]) ++ In() ++ ")" ++ quantifier(D);
        2 -> one_of(["(?=", "(?!"]) ++ simple(U) ++ In() ++ ")";
        3 -> one_of(["(?<=", "(?<!"]) ++ or_wrong(fun() -> lists:append(many(3, fun() -> simple(U) end)) end, ["a*", "a|b+", "\\C", "\\X"]) ++ ")";
        4 -> N = integer_to_list(get(groups)), group(one_of(["(?<n" ++ N ++ ">", "(?P<n" ++ N ++ ">", "(?'n" ++ N ++ "'"]), In) ++ quantifier(D);
        5 -> reference() ++ quantifier(D);
        6 -> group("(", fun() -> simple(U) end) ++ "?" ++ condition(fun() -> sequence(D - 1, U) end);
        %% (Not `(*COMMIT)`: what it does to a search depends on how searches find places to begin at.)
        7 -> or_wrong(["(?#a)", "(?i)", "(?-i)", "\\K", "(*FAIL)", "(*ACCEPT)", "(*PRUNE)", "(*SKIP)", "(*THEN)", "(?s)"],
            [")", "(", "[", "(?z)", "\\", "(?<a", "(?P>n)", "(?<1>a)", "(?(1)a|b|c)", "(*BAD)", "(?#a", "(?P=m)", "\\k<m>", "\\9", "\\g{9}", "(?&m)", "(?9)", "\\g{", "(?'a", "(?(9)a)", "(?(<m>)a)", "(?<", "(?"]);
        8 -> class(U) ++ quantifier(D);
        _ -> char(U) ++ quantifier(D)
    end.

group(Open, In) -> put(groups, get(groups) + 1), Open ++ In() ++ ")".
reference() ->
    case get(groups) of
        0 -> "a";
        N -> I = integer_to_list(1 + below(N)), one_of(["\\g" ++ I, "\\g{" ++ I ++ "}", "\\g{-" ++ I ++ "}"])
    end.
%% (Behind a negative look-ahead as a condition, stock tells of groups whose places it never set.)
condition(In) -> "(?(" ++ one_of(["?=a", integer_to_list(get(groups)), "R"]) ++ ")" ++ In() ++ often(2, {"", fun() -> "|" ++ In() end}) ++ ")".

simple(U) -> one_of(["a", "b", ".", "\\d", "\\W", class(U), "\\s", "[ab]"]).
char(U) ->
    case below(8) of
        0 -> one_of(["^", "$", "\\b", "\\B", "\\A", "\\z", "\\Z", "\\G"]);
        1 -> one_of(["\\d", "\\w", "\\s", "\\D", "\\W", "\\S", "\\h", "\\v", "\\R", "\\N", "\\H", "\\V"]);
        2 -> or_wrong(["\\n", "\\x41", "\\x{62}", "\\101", "\\Qa.\\E", "\\ca", "\\e", "\\o{101}", "\\x{e9}", "\\07", "\\y"], ["\\c", "\\x{zz", "\\x{110000}", "\\o{9}", "\\u0061", "\\N{a}", "\\p{Bad}", "\\p", "\\L"]);
        3 when U -> one_of(["\\x{20ac}", "\\p{L}", "\\p{Lu}", "\\P{L}", "\\X", "\\p{Latin}", "\\p{Xan}", [233], [8364]]);
        4 -> ".";
        _ -> one_of(["a", "b", "A", "1", " ", "-", "aa", "ab"])
    end.

%% (Stock has no characters over 255 in a negated named set beside a property.)
class(U) ->
    Members = [or_wrong(["a", "b", "a-c", "A-Z", "1-3", "\\d", "\\s", "[:alpha:]", "-", "^a", "\\]", "\\b", "\\x41", "\\h"
        | [X || not U, X <- ["\\W", "[:^digit:]"]] ++ [X || U, X <- ["\\p{L}", [233], [224, $-, 255], "\\x{20ac}"]]], ["[:bad:]", "z-a", "[.a.]", "\\x{110000}", "\\B", "a-\\d", "[=a=]"]) || _ <- lists:seq(1, 1 + below(3))],
    lists:append(["[", one_of(["", "", "^"]), lists:append(Members), "]"]).
