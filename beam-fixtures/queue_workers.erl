%% A pool of workers behind a queue with back pressure, monitors for crashes, results in order.
-module(queue_workers).
-export([main/0]).

main() ->
    S = self(),
    Jobs = lists:seq(1, 300),
    io:format("~p~n", [run(S, Jobs, 4)]),
    io:format("~p~n", [run(S, [1, bad, 3, crash, 5], 2)]).

run(S, Jobs, N) -> loop(S, lists:zip(lists:seq(1, length(Jobs)), Jobs), #{}, N, []).

loop(_, [], Busy, _, Done) when map_size(Busy) =:= 0 -> summary(lists:sort(Done));
loop(S, [{I, J} | Js], Busy, N, Done) when map_size(Busy) < N ->
    {_, M} = spawn_monitor(fun() -> exit({result, work(J)}) end),
    loop(S, Js, Busy#{M => I}, N, Done);
loop(S, Js, Busy, N, Done) ->
    receive
        {'DOWN', M, process, _, {result, R}} -> {I, B} = maps:take(M, Busy), loop(S, Js, B, N, [{I, R} | Done]);
        {'DOWN', M, process, _, {E, _}} -> {I, B} = maps:take(M, Busy), loop(S, Js, B, N, [{I, {failed, E}} | Done])
    end.

work(crash) -> error(crashed);
work(X) -> X * X.

summary(L) when length(L) > 10 -> {length(L), lists:sum([R || {_, R} <- L])};
summary(L) -> L.
