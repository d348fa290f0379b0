-module(eval_1).
-export([main/0]).
main() -> {ok, T, _} = erl_scan:string("F = fun(X) -> X * 2 end, lists:map(F, [1,2,3])."), {ok, E} = erl_parse:parse_exprs(T),
    {value, V, _} = erl_eval:exprs(E, []), io:format("~p~n", [V]), ok.
