%% on_load functions that succeed, fail, return something else, and crash.
-module(code_on_load).
-export([main/0]).

main() ->
    [io:format("~p ~p~n", [W, try_one(W)]) || W <- ["ok", "not_ok", "error(oops)", "exit(x)", "{error, why}", "begin put(was, here), ok end"]],
    io:format("~p~n", [get(was)]).

try_one(Body) ->
    Forms = [parse(T) || T <- ["-module(fix_on_load).", "-export([f/0]).", "-on_load(init/0).", "init() -> " ++ Body ++ ".", "f() -> loaded."]],
    {ok, M, B} = compile:forms(Forms),
    R = code:load_binary(M, "fix_on_load.erl", B),
    C = try fix_on_load:f() catch error:undef -> undef end,
    code:purge(M), code:delete(M), code:purge(M),
    {R, C}.

parse(Text) -> {ok, Ts, _} = erl_scan:string(Text), {ok, F} = erl_parse:parse_form(Ts), F.
