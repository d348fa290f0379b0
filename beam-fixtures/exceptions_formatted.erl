%% erl_error:format_exception of all classes and shapes of traces and reasons.
-module(exceptions_formatted).
-export([main/0]).

main() ->
    Rs = [badarg, {badmatch, 5}, function_clause, {case_clause, [x]}, if_clause, {try_clause, y}, undef, {badfun, 7}, {badarity, {fun lists:map/2, [1]}}, noproc, {badmap, 1}, {badkey, k}, system_limit, badarith, {custom, "reason"}, {nocatch, t}, timeout_value, {bad_generator, z}, {bad_filter, 3}],
    S = [{m, f, [1, "two"], [{file, "m.erl"}, {line, 3}]}, {m, g, 2, []}, {?MODULE, main, 0, [{file, "x.erl"}, {line, 9}]}],
    [io:format("~ts~n", [erl_error:format_exception(error, R, S)]) || R <- Rs],
    [io:format("~ts~n", [erl_error:format_exception(C, {r, lists:seq(1, 40)}, S, #{column => 3})]) || C <- [exit, throw]],
    [io:format("~ts~n", [try F() catch C:R:St -> erl_error:format_exception(C, R, [hd(St)]) end]) || F <- [fun() -> element(1, id(x)) end, fun() -> id(1) + id(a) end, fun() -> list_to_atom(id(5)) end, fun() -> maps:get(id(k), #{}) end,
        fun() -> lists:nth(id(9), [1]) end, fun() -> ets:insert(id(no_table), {1}) end, fun() -> (id(3))() end, fun() -> binary:part(id(<<1>>), 5, 5) end, fun() -> io:format(id("~q"), []) end, fun() -> apply(id(nomod), f, [1]) end]].

id(X) -> X.
