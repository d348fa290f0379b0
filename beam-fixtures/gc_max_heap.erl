%% max_heap_size: killed, not killed, what process_info and process_flag say.
-module(gc_max_heap).
-export([main/0]).

main() ->
    io:format("~p~n", [run([{max_heap_size, #{size => 20000, kill => true, error_logger => false}}])]),
    io:format("~p~n", [run([{max_heap_size, #{size => 20000, kill => false, error_logger => false}}])]),
    io:format("~p~n", [run([{max_heap_size, 0}])]),
    io:format("~p~n", [lists:sort(maps:to_list(process_flag(max_heap_size, #{size => 10000000, kill => false})))]),
    {max_heap_size, M} = process_info(self(), max_heap_size),
    io:format("~p~n", [lists:sort([{K, V} || {K, V} <- maps:to_list(M), lists:member(K, [size, kill, error_logger])])]),
    io:format("~p~n", [[try process_flag(max_heap_size, X) catch C:R -> {C, R} end || X <- [-1, a, #{size => -1}, #{kill => 1}, 5]]]).

run(Opts) ->
    {P, R} = spawn_opt(fun() -> lists:sum(grow(100000)) end, [monitor | Opts]),
    receive {'DOWN', R, process, P, Why} -> Why end.

grow(0) -> [];
grow(N) -> [N | grow(N - 1)].
