%% The shape of stack traces: files, lines, arities, arguments, tail calls, funs, recursion, depth.
-module(stack_traces).
-export([main/0]).

main() ->
    [io:format("~p~n", [t(F)]) || F <- [fun() -> a(1), ok end, fun() -> tail(1) end, fun() -> lists:map(fun(X) -> X + z end, [1]), ok end, fun() -> deep(20) end,
        fun() -> lists:foldl(fun(_, _) -> error(in_fold) end, 0, [1]) end, fun() -> a(2), ok end, fun() -> [b(X) || X <- [x]] end]],
    Old = erlang:system_flag(backtrace_depth, 3),
    io:format("~p~n", [t(fun() -> deep(20) end)]),
    erlang:system_flag(backtrace_depth, Old),
    io:format("~p~n", [Old]).

t(F) -> try F() catch C:R:S -> {C, R, lists:takewhile(fun({_, N, _, _}) -> N =/= t end, S)} end.

a(1) ->
    b(1),
    ok;
a(2) ->
    c({2}, nope),
    ok.

b(1) -> error(in_b).
c({1}, _) -> ok.
tail(N) -> tail2(N + 1).
tail2(N) -> b(N - 1).
deep(0) -> hd([]) ;
deep(N) when N rem 2 =:= 0 -> 1 + deep(N - 1);
deep(N) -> 2 + deep(N - 1).
