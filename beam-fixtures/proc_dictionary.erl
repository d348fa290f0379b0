%% The process dictionary, large, erased, through exceptions and collections.
-module(proc_dictionary).
-export([main/0]).

main() ->
    io:format("~p~n", [[put(a, 1), put(a, 2), get(a), get(b), erase(a), erase(a), get(a)]]),
    [put({key, I}, lists:seq(1, I rem 10)) || I <- lists:seq(1, 2000)],
    erlang:garbage_collect(),
    io:format("~p~n", [{lists:sum([length(get({key, I})) || I <- lists:seq(1, 2000)]), length(erlang:get_keys()), length(get())}]),
    io:format("~p~n", [lists:sort(keys_of([]))]),
    [erase({key, I}) || I <- lists:seq(1, 2000), I rem 3 =/= 0],
    io:format("~p~n", [{length(erlang:get_keys()), lists:sort(keys_of([3]))}]),
    io:format("~p~n", [{catch (put(in_catch, 1) + x) =:= 1, get(in_catch)} =:= x]),
    io:format("~p~n", [length(erase())]),
    put(1, int), put(1.0, float), put("s", string), put(#{}, map),
    io:format("~p~n", [{get(1), get(1.0), get("s"), get(#{}), length(keys_of(map)) }]),
    io:format("~p~n", [lists:sort(get())]).

keys_of([]) -> erlang:get_keys([1, 2, 3]);
keys_of([N]) -> erlang:get_keys(lists:seq(1, N rem 5));
keys_of(V) -> erlang:get_keys(V).
