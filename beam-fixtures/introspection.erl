%% What processes and the system tell of themselves: process_info, statistics, system_info and system_flag.
-module(introspection).
-export([main/0]).

main() ->
    Me = self(),
    P = spawn(fun() -> put(k, v), receive after infinity -> ok end end),
    receive after 10 -> ok end,
    Items = [current_function, initial_call, status, message_queue_len, links, dictionary, trap_exit, error_handler, priority, suspending,
             monitors, monitored_by, message_queue_data, catchlevel, sequential_trace_token, trace, binary, last_calls, min_heap_size,
             fullsweep_after, registered_name],
    [io:format("~p~n", [process_info(P, I)]) || I <- Items],
    io:format("~p~n", [[try process_info(P, I) catch error:E -> E end || I <- [foo, {dictionary}, 1, [priority, foo]]]]),
    io:format("~p~n", [[is_binary(element(2, process_info(X, backtrace))) || X <- [P, Me]]]),
    io:format("~p~n", [[K || {K, V} <- element(2, process_info(P, garbage_collection_info)), is_integer(V)]]),
    true = erlang:suspend_process(P),
    io:format("~p~n", [{process_info(P, status), process_info(Me, suspending) =:= {suspending, [{P, 1, 0}]}}]),
    true = erlang:resume_process(P),
    io:format("~p~n", [{process_info(P, status), process_info(Me, suspending)}]),
    exit(P, kill),
    [io:format("~p ~p~n", [K, shape(statistics(K))]) || K <- [reductions, exact_reductions, runtime, wall_clock, context_switches, garbage_collection, run_queue, io]],
    io:format("~p~n", [[try statistics(K) catch error:E -> E end || K <- [foo, 1, {a}]]]),
    flags(), wall_time().

shape(N) when is_integer(N) -> int;
shape(T) when is_tuple(T) -> list_to_tuple([shape(E) || E <- tuple_to_list(T)]);
shape(L) when is_list(L) -> [shape(E) || E <- L];
shape(T) -> T.

flags() ->
    io:format("~p~n", [{erlang:system_flag(trace_control_word, 7), erlang:system_info(trace_control_word), erlang:system_flag(trace_control_word, 0)}]),
    io:format("~p~n", [[erlang:system_info(K) || K <- [multi_scheduling_blockers, sequential_tracer, system_logger_is_a_pid_or_an_atom, heap_type, threads, wordsize] -- [system_logger_is_a_pid_or_an_atom]]]),
    N = erlang:system_info(schedulers_online),
    N = erlang:system_flag(schedulers_online, 1),
    1 = erlang:system_info(schedulers_online),
    io:format("~p~n", [lists:sum([receive {X, R} -> R end || X <- [begin Me = self(), spawn(fun() -> Me ! {self(), length(lists:seq(1, 10000))} end) end || _ <- lists:seq(1, 10)]])]),
    1 = erlang:system_flag(schedulers_online, N),
    io:format("~p~n", [[try erlang:system_flag(A, B) catch error:E -> E end || {A, B} <- [{schedulers_online, 0}, {foo, 1}, {trace_control_word, a}, {multi_scheduling, foo}, {scheduler_wall_time, 1}]]]),
    io:format("~p~n", [[is_binary(erlang:system_info(K)) || K <- [info, procs, loaded, dist]]]),
    io:format("~p~n", [[try erlang:system_info(K) catch error:E -> E end || K <- [foo, 1, {cpu_topology, foo}, {foo, bar}]]]).

wall_time() ->
    io:format("~p~n", [{statistics(scheduler_wall_time), erlang:system_flag(scheduler_wall_time, true), erlang:system_flag(scheduler_wall_time, true)}]),
    io:format("~p~n", [lists:usort([{is_integer(I), A >= 0, T >= A} || {I, A, T} <- statistics(scheduler_wall_time_all)])]),
    io:format("~p~n", [{erlang:system_flag(scheduler_wall_time, false), erlang:system_flag(scheduler_wall_time, false), statistics(scheduler_wall_time)}]).
