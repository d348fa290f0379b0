%% Deep and wide structures that survive many collections, and are compared and hashed without a stack.
-module(gc_deep).
-export([main/0]).

main() ->
    L = lists:foldl(fun(I, A) -> [A, I] end, [], lists:seq(1, 200000)),
    T = lists:foldl(fun(I, A) -> {I, A} end, {}, lists:seq(1, 200000)),
    L2 = lists:foldl(fun(I, A) -> [A, I] end, [], lists:seq(1, 200000)),
    io:format("~p~n", [{erlang:phash2(L), erlang:phash2(T), L =:= L2, L < L2, depth(T, 0)}]),
    erlang:garbage_collect(),
    Self = self(),
    spawn_link(fun() -> Self ! {depth(T, 0), erlang:phash2(L)} end),
    io:format("~p~n", [receive X -> X end]),
    io:format("~p~n", [binary_to_term(term_to_binary(T)) =:= T]),
    io:format("~p~n", [lists:sum(lists:flatten(L)) =:= lists:sum(lists:seq(1, 200000))]).

depth({}, N) -> N;
depth({_, T}, N) -> depth(T, N + 1).
