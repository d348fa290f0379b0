%% erlang:raise, error/2 and error/3, exit/2 on oneself, and what they show.
-module(raise_forms).
-export([main/0]).

main() ->
    St = [{m, f, 2, [{file, "x.erl"}, {line, 7}]}, {m, g, [a, b], []}],
    io:format("~p~n", [[t(fun() -> erlang:raise(C, r, St) end) || C <- [error, exit, throw]]]),
    io:format("~p~n", [catch erlang:raise(bad, r, [])]),
    io:format("~p~n", [catch erlang:raise(error, r, not_a_list)]),
    io:format("~p~n", [t(fun() -> erlang:raise(error, r, []) end)]),
    io:format("~p~n", [t(fun() -> error(badarg, [a, b], [{error_info, #{cause => why}}]) end)]),
    io:format("~p~n", [t(fun() -> error(x, none) end)]),
    process_flag(trap_exit, true),
    exit(self(), normal), exit(self(), odd),
    io:format("~p~n", [[receive {'EXIT', P, W} when P =:= self() -> W after 100 -> none end || _ <- [1, 2]]]),
    io:format("~p~n", [try error({deep, [1 | 2]}) catch error:{deep, [H | T]} -> {H, T} end]).

t(F) -> try F() catch C:R:S -> {C, R, lists:takewhile(fun({_, N, _, _}) -> N =/= t end, S)} end.
