%% Calls in tail position don't grow the stack: across modules, funs, apply, try and receive.
-module(tail_calls).
-export([main/0]).

main() ->
    io:format("~p~n", [[F(200000) || F <- [fun own/1, fun by_fun/1, fun by_apply/1, fun in_case/1, fun via_receive/1]]]),
    {stack_size, N} = process_info(self(), stack_size),
    io:format("~p~n", [N < 200]).

own(0) -> own; own(N) -> own(N - 1).
by_fun(0) -> by_fun; by_fun(N) -> F = fun(M) -> by_fun(M) end, F(N - 1).
by_apply(0) -> by_apply; by_apply(N) -> apply(fun by_apply/1, [N - 1]).
in_case(0) -> in_case; in_case(N) -> X = (catch N - 1), case X of M when is_integer(M) -> in_case(M) end.
via_receive(0) -> via_receive; via_receive(N) -> self() ! N - 1, receive M -> via_receive(M) end.
