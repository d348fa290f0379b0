%% Two, three and many processes exchanging messages of every size, with timeouts between.
-module(processes_pingpong).
-export([main/0]).

main() ->
    S = self(),
    A = spawn_link(fun() -> pong() end),
    io:format("~p~n", [ping(A, 20000, 0)]),
    [io:format("~p~n", [begin A ! {S, B}, receive {A, R} -> {byte_size(R), erlang:crc32(R)} end end]) || N <- [0, 1, 63, 64, 65, 1000, 100000], B <- [binary:copy(<<N>>, N)]],
    Ws = [spawn_link(fun() -> worker(S) end) || _ <- lists:seq(1, 10)],
    [lists:nth(I rem 10 + 1, Ws) ! {job, I} || I <- lists:seq(1, 1000)],
    io:format("~p~n", [lists:sum([receive {result, X} -> X end || _ <- lists:seq(1, 1000)])]),
    Barrier = spawn_link(fun() -> barrier(10, []) end),
    [W ! {sync, Barrier} || W <- Ws],
    io:format("~p~n", [length([receive {synced, W} -> W end || W <- Ws])]).

ping(_, 0, Sum) -> Sum;
ping(P, N, Sum) -> P ! {self(), N}, receive {P, X} -> ping(P, N - 1, Sum + X) end.
pong() -> receive {F, X} -> F ! {self(), X}, pong() end.
worker(S) -> receive {job, I} -> S ! {result, I * 2}; {sync, B} -> B ! {here, self()}, receive go -> S ! {synced, self()} after 5000 -> exit(stuck) end end, worker(S).
barrier(0, Ps) -> [P ! go || P <- Ps];
barrier(N, Ps) -> receive {here, P} -> barrier(N - 1, [P | Ps]) end.
