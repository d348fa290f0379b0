%% Heaps under every policy: fullsweep_after 0, large and small minimum sizes, explicit collections.
-module(gc_policies).
-export([main/0]).

main() ->
    Work = fun() -> lists:foldl(fun(I, A) -> [{I, <<I:64>>} | lists:sublist(A, 50)] end, [], lists:seq(1, 5000)) end,
    Opts = [[], [{fullsweep_after, 0}], [{fullsweep_after, 1}], [{min_heap_size, 100000}], [{min_heap_size, 1}, {min_bin_vheap_size, 1}], [{fullsweep_after, 3}, {priority, high}]],
    [io:format("~p ~p~n", [O, run(Work, O)]) || O <- Opts],
    process_flag(fullsweep_after, 0),
    io:format("~p~n", [erlang:phash2(Work())]),
    io:format("~p~n", [process_flag(fullsweep_after, 10)]),
    P = spawn_link(fun Loop() -> receive {F, X} -> F ! {self(), erlang:phash2(X)}, Loop() end end),
    io:format("~p~n", [[begin P ! {self(), I}, erlang:garbage_collect(P), receive {P, H} -> H end end || I <- [1, 2, 3]]]).

run(Work, Opts) ->
    Self = self(),
    {P, R} = spawn_opt(fun() -> Self ! {self(), erlang:phash2(Work())} end, [monitor | Opts]),
    receive {P, H} -> receive {'DOWN', R, _, _, Why} -> {H, Why} end end.
