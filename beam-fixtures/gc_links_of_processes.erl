%% Short-lived processes by the thousands that each collect, crash or exit with data.
-module(gc_links_of_processes).
-export([main/0]).

main() ->
    S = self(),
    process_flag(trap_exit, true),
    Rs = [begin P = spawn_link(fun() -> life(I, S) end), receive {'EXIT', P, R} -> R end end || I <- lists:seq(1, 2000)],
    io:format("~p~n", [erlang:phash2(Rs)]),
    io:format("~p~n", [lists:sublist([element(1, R) || R <- Rs, is_tuple(R)], 8)]),
    Ps = [spawn_link(fun() -> life(I, S) end) || I <- lists:seq(1, 2000)],
    io:format("~p~n", [erlang:phash2([receive {'EXIT', P, R} -> R end || P <- Ps])]).

life(I, _) when I rem 4 =:= 0 -> exit({data, lists:seq(1, I rem 50), <<I:1000>>});
life(I, _) when I rem 4 =:= 1 -> erlang:garbage_collect(), exit({map, maps:from_list([{K, I} || K <- lists:seq(1, I rem 40)])});
life(I, _) when I rem 4 =:= 2 -> lists:sum(lists:seq(1, I)), exit(normal);
life(I, S) -> S ! ignored, receive ignored -> ok after 0 -> exit({big, 1 bsl (I rem 300)}) end.
