%% Many processes reading, inserting, deleting and traversing one table.
-module(ets_concurrent).
-export([main/0]).

main() -> [one(T, O) || T <- [set, ordered_set, bag], O <- [[], [{write_concurrency, true}, {read_concurrency, true}]]].

one(Type, Opts) ->
    T = ets:new(t, [Type, public | Opts]),
    S = self(),
    Ps = [spawn_link(fun() -> work(T, I), S ! {done, self()} end) || I <- lists:seq(1, 8)],
    [receive {done, P} -> ok end || P <- Ps],
    io:format("~p ~p ~p ~p~n", [Type, Opts, ets:info(T, size), erlang:phash2(lists:sort(ets:tab2list(T)))]),
    R = spawn_link(fun() -> S ! {sum, lists:sum([length(ets:tab2list(T)) || _ <- lists:seq(1, 20)])} end),
    [ets:insert(T, {{extra, N}, N}) || N <- lists:seq(1, 100)],
    receive {sum, N} -> io:format("~p~n", [N >= 20 * 800]) end,
    io:format("~p~n", [is_pid(R)]).

work(T, I) ->
    [ets:insert(T, {{I, N}, N * I}) || N <- lists:seq(1, 200)],
    [ets:lookup(T, {J, N}) || J <- lists:seq(1, 8), N <- lists:seq(1, 50)],
    [ets:delete(T, {I, N}) || N <- lists:seq(1, 200, 2)],
    ets:select_count(T, [{{{I, '_'}, '_'}, [], [true]}]) =:= 100 orelse exit(wrong).
