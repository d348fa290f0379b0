%% Selects in pages while the table changes, by several processes, and continuations as terms.
-module(ets_continuations).
-export([main/0]).

main() ->
    T = ets:new(t, [ordered_set, public]),
    [ets:insert(T, {I, I rem 5}) || I <- lists:seq(1, 1000)],
    {L1, C1} = ets:select(T, [{{'$1', 2}, [], ['$1']}], 10),
    [ets:delete(T, I) || I <- lists:seq(1, 500)],
    {L2, C2} = ets:select(C1),
    [ets:insert(T, {I, 2}) || I <- lists:seq(2000, 2010)],
    io:format("~p ~p ~p~n", [L1, L2, length(rest(C2))]),
    {M1, K1} = ets:match(T, {'$1', 3}, 4),
    {M2, _} = ets:match(K1),
    io:format("~p ~p~n", [M1, M2]),
    {O1, D1} = ets:match_object(T, {'_', 1}, 2),
    io:format("~p ~p~n", [O1, element(1, ets:match_object(D1))]),
    S = self(), spawn(fun() -> S ! {other, ets:select(C2)} end),
    io:format("~p~n", [receive {other, {L3, _}} -> L3 end]),
    ets:delete(T),
    io:format("~p~n", [try ets:select(C2) catch C:R -> {C, R} end]).

rest('$end_of_table') -> [];
rest(C) -> case ets:select(C) of {L, N} -> L ++ rest(N); '$end_of_table' -> [] end.
