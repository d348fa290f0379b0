%% suspend_process and resume_process: counting, asynchronous, by dead suspenders.
-module(proc_suspend).
-export([main/0]).

main() ->
    S = self(),
    P = spawn(fun() -> echo() end),
    true = erlang:suspend_process(P),
    P ! {S, 1},
    io:format("~p~n", [{receive 1 -> early after 40 -> held end, process_info(P, status)}]),
    true = erlang:suspend_process(P),
    io:format("~p~n", [[{suspending, [{Q =:= P, A, B} || {Q, A, B} <- L]} || {suspending, L} <- [process_info(S, suspending)]]]),
    erlang:resume_process(P),
    io:format("~p~n", [receive 1 -> early after 40 -> held end]),
    erlang:resume_process(P),
    io:format("~p~n", [receive 1 -> released end]),
    io:format("~p~n", [[c(F) || F <- [fun() -> erlang:resume_process(P) end, fun() -> erlang:suspend_process(self()) end, fun() -> erlang:suspend_process(a) end, fun() -> erlang:suspend_process(P, [bad]) end,
        fun() -> erlang:suspend_process(P, [unless_suspending]) end, fun() -> erlang:suspend_process(P, [unless_suspending]) end]]]),
    erlang:resume_process(P),
    {Q, M} = spawn_monitor(fun() -> erlang:suspend_process(P), exit(gone) end),
    receive {'DOWN', M, process, Q, _} -> ok end,
    P ! {S, 2},
    io:format("~p~n", [receive 2 -> resumed_by_exit after 1000 -> stuck end]).

echo() -> receive {F, X} -> F ! X, echo() end.
c(F) -> try F() catch C:R -> {C, R} end.
