%% Signals from one process to another come in the order they were sent.
-module(proc_order).
-export([main/0]).

main() ->
    S = self(),
    process_flag(trap_exit, true),
    io:format("~p~n", [lists:usort([one(S, N) || N <- lists:seq(1, 200)])]),
    P = spawn(fun() -> relay(S) end),
    [P ! I || I <- lists:seq(1, 5000)],
    P ! stop,
    io:format("~p~n", [[receive {got, I} -> I end || _ <- lists:seq(1, 5000)] =:= lists:seq(1, 5000)]),
    Ring = lists:foldl(fun(_, Next) -> spawn(fun() -> ring(Next) end) end, S, lists:seq(1, 500)),
    [Ring ! {token, I} || I <- lists:seq(1, 20)],
    io:format("~p~n", [[receive {token, X} -> X end || _ <- lists:seq(1, 20)]]).

one(S, N) ->
    P = spawn(fun() -> link(S), S ! {a, N}, S ! {b, N}, exit(bye) end),
    M = erlang:monitor(process, P),
    X = receive {a, N} -> 1; {b, N} -> 2; {'DOWN', M, _, _, _} -> 3 end,
    Y = receive {b, N} -> 2 ; {'DOWN', M, _, _, _} -> 3 end,
    Z = receive {'DOWN', M, process, P, W} when W =:= bye; W =:= noproc -> 3 end,
    receive {'EXIT', P, bye} -> [X, Y, Z] end.

relay(S) -> receive stop -> ok; I -> S ! {got, I}, relay(S) end.
ring(Next) -> receive T -> Next ! T, ring(Next) end.
