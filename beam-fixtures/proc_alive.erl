%% Liveness, exit/2 in all directions, sends to the dead, processes/0.
-module(proc_alive).
-export([main/0]).

main() ->
    S = self(),
    P = spawn(fun() -> receive stop -> ok end end),
    io:format("~p~n", [{is_process_alive(P), is_process_alive(S), lists:member(P, processes()), length(processes()) =:= length(lists:usort(processes()))}]),
    exit(P, normal), timer:sleep(10),
    io:format("~p~n", [is_process_alive(P)]),
    M = erlang:monitor(process, P), exit(P, {shutdown, x}),
    io:format("~p~n", [receive {'DOWN', M, _, _, W} -> W end]),
    io:format("~p~n", [{P ! to_the_dead, exit(P, again), is_process_alive(P), catch is_process_alive(a) =:= x} =:= x]),
    T = spawn(fun() -> process_flag(trap_exit, true), S ! ready, receive {'EXIT', From, R} -> S ! {trapped, From =:= S, R} end end),
    receive ready -> ok end, exit(T, kill), M2 = erlang:monitor(process, T),
    io:format("~p~n", [receive {'DOWN', M2, _, _, killed} -> killed; {'DOWN', M2, _, _, noproc} -> killed end]),
    T2 = spawn(fun() -> process_flag(trap_exit, true), S ! ready, receive {'EXIT', From, R} -> S ! {trapped, From =:= S, R} end end),
    receive ready -> ok end, exit(T2, normal),
    io:format("~p~n", [receive {trapped, A, B} -> {A, B} end]),
    io:format("~p~n", [[try exit(X, y) catch C:R -> {C, R} end || X <- [a, 1]]]).
