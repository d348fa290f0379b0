%% A process made later has the greater pid, whatever has exited in between; sorting by pid is sorting by age.
-module(pids_grow).
-export([main/0]).

main() ->
    Old = [spawn(fun() -> receive stop -> ok end end) || _ <- lists:seq(1, 300)],
    New = [begin {P, R} = spawn_monitor(fun() -> ok end), receive {'DOWN', R, _, _, _} -> P end end || _ <- lists:seq(1, 3000)],
    [P ! stop || P <- lists:sublist(Old, 150)],
    Last = [spawn(fun() -> ok end) || _ <- lists:seq(1, 2000)],
    All = Old ++ New ++ Last,
    io:format("~p ~p~n", [All =:= lists:usort(All), length(lists:usort(All))]),
    %% Of an old pid nothing is left, though its number may be in use again.
    io:format("~p~n", [[is_process_alive(P) || P <- lists:sublist(New, 5)]]),
    io:format("~p~n", [lists:usort([binary_to_term(term_to_binary(P)) =:= P || P <- All])]).
