%% SPDX-License-Identifier: Apache-2.0
-module(b_ets_parallel).
-export([run/0, run/1]).
%% Processes that read and write the same tables at the same time.
run() -> run(100000).
run(N) -> bench_util:time(ets_parallel, N, fun() -> body(N) end).
body(N) ->
    T = ets:new(t, [set, public, {read_concurrency, true}, {write_concurrency, true}]),
    O = ets:new(o, [ordered_set, public, {write_concurrency, true}]),
    [ets:insert(T, {K, 0}) || K <- lists:seq(0, 1023)],
    Workers = [spawn_monitor(fun() -> work(N, W, T, O) end) || W <- lists:seq(1, 4)],
    [receive {'DOWN', M, process, P, normal} -> ok end || {P, M} <- Workers],
    Sum = ets:foldl(fun({_, V}, A) -> A + V end, 0, T),
    Size = ets:info(O, size),
    ets:delete(T), ets:delete(O),
    bench_util:ck([Sum, Size]).
work(0, _, _, _) -> ok;
work(N, W, T, O) ->
    ets:update_counter(T, (N * W) band 1023, 1),
    [{_, _}] = ets:lookup(T, N band 1023),
    case N band 7 of
        0 -> ets:insert(O, {{W, N}, N});
        1 -> ets:lookup(O, {W, N + 1});
        _ -> ok
    end,
    work(N - 1, W, T, O).
