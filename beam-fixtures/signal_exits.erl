%% exit signals to processes that wait, run, trap, hibernate, are suspended, or trap later.
-module(signal_exits).
-export([main/0, sleeper/1]).

main() ->
    S = self(),
    Kinds = [{waiting, fun() -> receive x -> ok end end}, {trapping, fun() -> process_flag(trap_exit, true), S ! ready, receive {'EXIT', _, R} -> exit({trapped, R}) end end},
        {running, fun() -> spin(0) end}, {hibernating, fun() -> erlang:hibernate(?MODULE, sleeper, [S]) end}, {timed, fun() -> receive x -> ok after 100000 -> ok end end}],
    [io:format("~p ~p ~p~n", [K, R, hit(F, R)]) || {K, F} <- Kinds, R <- [normal, shutdown, kill, {why, [1]}]],
    P = spawn(fun() -> receive go -> ok end end),
    erlang:suspend_process(P), exit(P, bye),
    M = erlang:monitor(process, P),
    io:format("~p~n", [receive {'DOWN', M, _, _, R} -> R after 50 -> still end]),
    catch erlang:resume_process(P),
    io:format("~p~n", [receive {'DOWN', M, _, _, R2} -> R2 after 500 -> was_down end]).

hit(F, R) ->
    {P, M} = spawn_monitor(F),
    receive ready -> ok after 5 -> ok end,
    exit(P, R),
    receive {'DOWN', M, process, P, W} -> W after 30 -> exit(P, kill), receive {'DOWN', M, _, _, W} -> {survived, W} end end.

spin(N) -> spin(N + 1).
sleeper(S) -> S.
