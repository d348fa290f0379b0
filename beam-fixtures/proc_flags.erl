%% process_flag of every kind, old values and errors; process_flag/3; priorities.
-module(proc_flags).
-export([main/0]).

main() ->
    io:format("~p~n", [[{F, process_flag(F, V), process_flag(F, V)} || {F, V} <- [{trap_exit, true}, {priority, high}, {priority, normal}, {fullsweep_after, 5}, {min_heap_size, 2000},
        {min_bin_vheap_size, 50000}, {message_queue_data, off_heap}, {message_queue_data, on_heap}, {error_handler, my_handler}, {error_handler, error_handler}, {sensitive, false}, {save_calls, 0}]]]),
    io:format("~p~n", [[c(fun() -> process_flag(F, V) end) || {F, V} <- [{trap_exit, 1}, {priority, urgent}, {fullsweep_after, -1}, {min_heap_size, a}, {x, y}, {1, 2}, {message_queue_data, mixed}, {save_calls, 20000}]]]),
    P = spawn(fun() -> receive x -> ok end end),
    io:format("~p~n", [{c(fun() -> process_flag(P, save_calls, 10) end), c(fun() -> process_flag(P, trap_exit, true) end)}]),
    Self = self(),
    [spawn_opt(fun() -> Self ! {done, Pr} end, [{priority, Pr}]) || Pr <- [low, normal, high, max]],
    io:format("~p~n", [lists:sort([receive {done, X} -> X end || _ <- [1, 2, 3, 4]])]).

c(F) -> try F() catch C:R -> {C, R} end.
