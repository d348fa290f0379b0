%% after and catch with state: files, ets, dictionaries put right when things fail.
-module(exceptions_cleanup).
-export([main/0]).

main() ->
    T = ets:new(t, [public]),
    io:format("~p~n", [[with(T, F) || F <- [fun() -> fine end, fun() -> throw(t) end, fun() -> error(e) end, fun() -> exit(x) end, fun() -> with(T, fun() -> error(inner) end) end]]]),
    io:format("~p~n", [lists:sort(ets:tab2list(T))]),
    io:format("~p~n", [[retry(N, 0) || N <- [0, 2, 5]]]),
    io:format("~p~n", [catch first_of([fun() -> error(a) end, fun() -> throw(b) end, fun() -> c end, fun() -> d end])]),
    io:format("~p~n", [try first_of([]) catch error:R -> R end]).

with(T, F) ->
    ets:update_counter(T, opened, 1, {opened, 0}),
    try F() of
        V -> {ok, V}
    catch
        throw:V -> {thrown, V};
        error:V when V =/= inner -> {error, V};
        exit:V -> {exit, V};
        error:inner -> error(outer_of_inner)
    after
        ets:update_counter(T, closed, 1, {closed, 0})
    end.

retry(Max, N) ->
    try maybe_fail(N) catch error:again when N < Max -> retry(Max, N + 1); error:again -> {gave_up, N} end.
maybe_fail(3) -> {worked, 3};
maybe_fail(_) -> error(again).

first_of([F | Fs]) -> try F() catch _:_ -> first_of(Fs) end;
first_of([]) -> error(none_left).
