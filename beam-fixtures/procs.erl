-module(procs).
-export([main/0]).
main() -> S = self(), P = spawn(fun() -> loop(0) end), [P ! {add, N} || N <- lists:seq(1,1000)], P ! {get, S},
    receive {sum, X} -> io:format("~p~n", [X]) end,
    {Q, R} = spawn_monitor(fun() -> exit(bye) end), receive {'DOWN', R, process, Q, Why} -> io:format("~p~n", [Why]) end,
    process_flag(trap_exit, true), L = spawn_link(fun() -> exit({oops, here}) end),
    receive {'EXIT', L, {oops, _}} -> io:format("linked~n") end,
    io:format("~p~n", [receive nothing -> no after 20 -> timeout end]),
    Ps = [spawn(fun() -> S ! {self(), N*N} end) || N <- lists:seq(1,50)],
    io:format("~p~n", [[receive {X1, V} when X1 =:= Pp -> V end || Pp <- Ps]]),
    register(foo, spawn(fun() -> receive {F, m} -> F ! ok end end)), foo ! {S, m}, receive ok -> io:format("ok~n") end, ok.
loop(N) -> receive {add, X} -> loop(N+X); {get, P} -> P ! {sum, N} end.
