%% Ten thousand processes at once, each with state, all alive, all answering.
-module(proc_many).
-export([main/0]).

main() ->
    S = self(),
    Ps = [spawn(fun() -> loop(S, I) end) || I <- lists:seq(1, 10000)],
    [P ! {add, 1} || P <- Ps],
    [P ! report || P <- Ps],
    io:format("~p~n", [sum(10000, 0)]),
    io:format("~p~n", [length([P || P <- Ps, is_process_alive(P)])]),
    Ms = [erlang:monitor(process, P) || P <- Ps],
    [exit(P, kill) || P <- Ps],
    io:format("~p~n", [lists:usort([receive {'DOWN', M, _, _, W} -> W end || M <- Ms])]),
    io:format("~p~n", [length([P || P <- Ps, is_process_alive(P)])]),
    Tree = spawn_tree(12, S),
    io:format("~p~n", [receive {Tree, N} -> N end]).

loop(S, N) -> receive {add, K} -> loop(S, N + K); report -> S ! {n, N}, loop(S, N) end.
sum(0, A) -> A;
sum(N, A) -> receive {n, X} -> sum(N - 1, A + X) end.

spawn_tree(0, To) -> spawn(fun() -> To ! {self(), 1} end);
spawn_tree(D, To) ->
    spawn(fun() ->
        A = spawn_tree(D - 1, self()), B = spawn_tree(D - 1, self()),
        X = receive {A, N} -> N end, Y = receive {B, M} -> M end,
        To ! {self(), X + Y}
    end).
