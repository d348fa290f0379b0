%% erl_scan, erl_parse, erl_eval and erl_pp: expressions of all kinds from text.
-module(eval_erl).
-export([main/0]).

main() ->
    [io:format("~ts => ~p~n", [T, eval(T)]) || T <- ["1 + 2 * 3.", "[X || X <- [1,2,3], X > 1].", "F = fun(X) -> X * 2 end, F(21).", "case {a, 1} of {a, N} when N > 0 -> N; _ -> no end.",
        "try throw(x) catch throw:Y -> {c, Y} end.", "#{a => 1, b => [2]}.", "<<1:4, 2:4, \"abc\"/utf8>>.", "begin A = 1, B = A + 1, {A, B} end.", "lists:map(fun erlang:abs/1, [-1, 2]).",
        "receive x -> y after 0 -> t end.", "(fun L(0) -> done; L(N) -> L(N - 1) end)(100).", "a + 1.", "X.", "foo:bar(1).", "1 = 2.", "if false -> x end.", "catch exit(q).", "M = #{x => 5}, #{x := V} = M, V.",
        "$a + 16#ff + 2#101.", "\"str\" \"cat\".", "not true andalso false orelse true.", "1.5e3 / 2.", "-7 rem 3.", "{a, b} < [c]."]],
    io:format("~p~n", [erl_scan:string("foo(X) -> 'A b', \"s\", $c, 1.5, 16#f, <<1>>. % comment")]),
    io:format("~p~n", [[erl_scan:string(S) || S <- ["'unterminated", "1.", "\"x", "$", "a@b#c", "16#g"]]]),
    {ok, Ts, _} = erl_scan:string("f(X, [H|T]) when X > 1, is_list(T) -> case H of {a, _} -> fun(Y) -> Y + X end; _ -> <<X:8, \"b\">> end; f(_, _) -> ok."),
    {ok, F} = erl_parse:parse_form(Ts),
    io:format("~ts~n", [erl_pp:form(F)]).

eval(T) ->
    {ok, Ts, _} = erl_scan:string(T),
    case erl_parse:parse_exprs(Ts) of
        {ok, Es} -> try {value, V, _} = erl_eval:exprs(Es, []), V catch C:R -> {C, R} end;
        E -> E
    end.
