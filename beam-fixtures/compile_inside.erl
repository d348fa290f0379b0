%% The compiler runs inside: forms with many features, warnings, errors, and the code works.
-module(compile_inside).
-export([main/0]).

main() ->
    run("sq(L) -> [X * X || X <- L, X > 1].", sq, [[1, 2, 3]]),
    run("f(<<A:4, B/bits>>) -> {A, bit_size(B)}; f(#{k := V}) -> V; f(T) when is_tuple(T) -> tuple_size(T).", f, [<<16#5f, 1>>]),
    run("f(N) -> F = fun G(0, A) -> A; G(I, A) -> G(I - 1, A + I) end, F(N, 0).", f, [100]),
    run("f(X) -> try X + 1 catch error:badarith -> {caught, X} after put(z, X) end.", f, [a]),
    run("f(X) -> receive never -> ok after X -> timeout end.", f, [1]),
    run("f(M) -> M#{a => 1, b => #{c => 2}}.", f, [#{}]),
    run("f(X) -> case X of {ok, [H | _]} -> H; _ when X =:= a; X =:= b -> atom; _ -> other end.", f, [{ok, "x"}]),
    run("f(X) -> if X > 1.0 -> big; true -> small end.", f, [2]),
    run("f() -> << <<(X + 1)>> || <<X>> <= <<\"HAL\">> >>.", f, []),
    io:format("~p~n", [compile(["f(X) -> Y."])]),
    io:format("~p~n", [compile(["f(X) -> g(X)."])]),
    io:format("~p~n", [compile(["f(X) -> 1."])]).

run(Text, F, A) ->
    {ok, M, B, _} = compile([Text]),
    {module, M} = code:load_binary(M, "t", B),
    io:format("~p~n", [apply(M, F, A)]),
    code:purge(M), code:delete(M).

compile(Texts) ->
    Forms = [parse(T) || T <- ["-module(fix_compiled).", "-compile([export_all, nowarn_export_all])." | Texts]],
    compile:forms(Forms, [return]).

parse(Text) -> {ok, Ts, _} = erl_scan:string(Text), {ok, F} = erl_parse:parse_form(Ts), F.
