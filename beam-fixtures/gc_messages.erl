%% Storms of messages of all sizes into a process that collects all the while.
-module(gc_messages).
-export([main/0]).

main() ->
    Self = self(),
    N = 20,
    [spawn_link(fun() -> [Self ! {I, J, lists:seq(1, J rem 50), <<J:2000>>} || J <- lists:seq(1, 500)] end) || I <- lists:seq(1, N)],
    io:format("~p~n", [collect(N * 500, #{})]),
    [Self ! {odd, J} || J <- lists:seq(1, 1000)], [Self ! {even, J} || J <- lists:seq(1, 1000)],
    Evens = [receive {even, J} -> J end || _ <- lists:seq(1, 1000)],
    erlang:garbage_collect(),
    Odds = [receive {odd, J} -> J end || _ <- lists:seq(1, 1000)],
    io:format("~p~n", [{Evens =:= Odds, lists:sum(Odds)}]).

collect(0, M) -> lists:sort([{I, N, S} || {I, {N, S, _}} <- maps:to_list(M)]);
collect(Left, M) ->
    receive
        {I, J, L, B} ->
            {N, S, Last} = maps:get(I, M, {0, 0, 0}),
            true = J > Last,
            collect(Left - 1, M#{I => {N + 1, S + length(L) + byte_size(B), J}})
    end.
