%% Deep recursion: a large stack full of live data, collected often; then gone.
-module(gc_stack).
-export([main/0]).

main() ->
    io:format("~p~n", [sum(lists:seq(1, 100000))]),
    io:format("~p~n", [erlang:phash2(build(50000))]),
    io:format("~p~n", [ack(2, 300)]),
    io:format("~p~n", [try deep(30000) catch throw:{bottom, N} -> N end]),
    io:format("~p~n", [mutual(100001)]).

sum([H | T]) -> H + sum(T);
sum([]) -> 0.

build(0) -> [];
build(N) ->
    Here = {N, [N]},
    Rest = build(N - 1),
    [Here, N | Rest].

ack(0, N) -> N + 1;
ack(M, 0) -> ack(M - 1, 1);
ack(M, N) -> ack(M - 1, ack(M, N - 1)).

deep(0) -> throw({bottom, lists:seq(1, 3)});
deep(N) ->
    X = [N, N],
    try deep(N - 1) of Y -> {X, Y}
    catch error:never -> X
    end.

mutual(N) -> even(N).
even(0) -> true; even(N) -> not odd(N - 1).
odd(0) -> false; odd(N) -> not even(N - 1).
