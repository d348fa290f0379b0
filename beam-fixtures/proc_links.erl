%% Links: exits that travel along chains and cycles, trapped or not, with kill and normal.
-module(proc_links).
-export([main/0]).

main() ->
    process_flag(trap_exit, true),
    io:format("~p~n", [[link_exit(R, T) || R <- [normal, kill, other], T <- [true, false]]]),
    {P, R} = spawn_monitor(fun() -> chain(50) end),
    io:format("~p~n", [receive {'DOWN', R, process, P, W} -> W end]),
    Q = spawn(fun() -> ok end), timer:sleep(10),
    io:format("~p~n", [[link(Q), receive {'EXIT', Q, Y} -> Y after 500 -> none end]]),
    Z = spawn_link(fun() -> receive stop -> exit(late) end end),
    unlink(Z), Z ! stop,
    io:format("~p~n", [receive {'EXIT', Z, X} -> X after 50 -> unlinked end]),
    io:format("~p~n", [[exit(self(), R2) || R2 <- [normal, a]]]),
    io:format("~p~n", [[receive {'EXIT', _, E} -> E after 50 -> none end || _ <- [1, 2, 3]]]).

chain(0) -> exit(end_of_chain);
chain(N) -> spawn_link(fun() -> chain(N - 1) end), receive never -> ok end.

link_exit(Reason, Trap) ->
    Self = self(),
    P = spawn_link(fun() -> process_flag(trap_exit, Trap), Self ! ready, receive M -> Self ! {got, element(1, M), element(3, M)} after 60 -> ok end end),
    receive ready -> ok end,
    exit(P, Reason),
    receive {got, T, W} -> {Reason, Trap, T, W, receive {'EXIT', P, X} -> X end}; {'EXIT', P, X} -> {Reason, Trap, X} end.
