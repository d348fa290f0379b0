%% New data in old structures and old in new, across minor and major collections.
-module(gc_old_and_young).
-export([main/0]).

main() ->
    Old = [{I, list_to_binary(integer_to_list(I))} || I <- lists:seq(1, 2000)],
    erlang:garbage_collect(),
    io:format("~p~n", [mutate(Old, 30, [])]),
    put(d, Old),
    [put({k, I}, {I, lists:seq(1, I)}) || I <- lists:seq(1, 200)],
    [lists:seq(1, 1000) || _ <- lists:seq(1, 300)],
    io:format("~p~n", [{erlang:phash2(get(d)), lists:sum([length(element(2, get({k, I}))) || I <- lists:seq(1, 200)])}]),
    [erase({k, I}) || I <- lists:seq(1, 200, 2)],
    erlang:garbage_collect(self(), [{type, minor}]),
    io:format("~p~n", [length(get())]).

mutate(_, 0, Acc) -> erlang:phash2(Acc);
mutate(Old, N, Acc) ->
    Junk = [X * N || X <- lists:seq(1, 500)],
    mutate(Old, N - 1, [{lists:nth(N, Old), lists:sum(Junk), fun() -> Old end} | lists:sublist(Acc, 20)]).
