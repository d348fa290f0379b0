-module(fair_shares).
-export([main/0, spin/2]).

%% Processes of one priority that always have work get about the same time each, on however many schedulers.
main() ->
    N = 9,
    Counts = counters:new(N, [write_concurrency]),
    Pids = [spawn(?MODULE, spin, [Counts, I]) || I <- lists:seq(1, N)],
    timer:sleep(1500),
    [exit(P, kill) || P <- Pids],
    Done = [counters:get(Counts, I) || I <- lists:seq(1, N)],
    case lists:max(Done) < 5 * lists:min(Done) of
        true -> io:format("fair~n");
        false -> io:format("unfair: ~p~n", [Done])
    end.

spin(Counts, I) ->
    lists:seq(1, 1000),
    counters:add(Counts, I, 1),
    spin(Counts, I).
