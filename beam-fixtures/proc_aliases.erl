%% Aliases: explicit, at monitors, once only, after unalias, and to dead processes.
-module(proc_aliases).
-export([main/0]).

main() ->
    A = alias(),
    A ! one, A ! two,
    io:format("~p~n", [[receive X -> X end, receive Y -> Y end]]),
    io:format("~p~n", [{unalias(A), unalias(A)}]),
    A ! three,
    io:format("~p~n", [receive Z -> Z after 30 -> nothing end]),
    B = alias([reply]),
    B ! {r, 1}, B ! {r, 2},
    io:format("~p~n", [[receive {r, I} -> I after 30 -> nothing end || _ <- [1, 2]]]),
    P = spawn(fun() -> receive {Al, M} -> Al ! {late, M}, Al ! {late, M} end end),
    R = erlang:monitor(process, P, [{alias, explicit_unalias}]),
    P ! {R, hello},
    io:format("~p~n", [[receive {late, Q} -> Q end, receive {late, Q2} -> Q2 end, receive {'DOWN', R, _, _, W} -> W end]]),
    R ! more,
    io:format("~p~n", [[receive more -> more after 30 -> none end, unalias(R)]]),
    D = erlang:monitor(process, spawn(fun() -> ok end), [{alias, demonitor}]),
    receive {'DOWN', D, _, _, _} -> ok end,
    D ! after_down,
    io:format("~p~n", [receive after_down -> got after 30 -> none end]),
    io:format("~p~n", [{catch alias([bad]) =:= x, is_reference(alias([explicit_unalias]))} =:= x]).
