%% What a tool like recon asks a running node: many items at once, allocators, scheduler time, ports, leaks of binaries,
%% a trace with a rate limit.
-module(recon_calls).
-export([main/0, traced/1]).

main() ->
    P = spawn(fun() -> put('$ancestors', [x]), put('$initial_call', {a, b, 1}), loop(binary:copy(<<7>>, 1000)) end),
    register(recon_target, P),
    P ! hello,
    receive after 20 -> ok end,
    Items = [binary, memory, reductions, message_queue_len, current_stacktrace, current_function, current_location,
             dictionary, error_handler, garbage_collection, group_leader, heap_size, initial_call, links, last_calls,
             messages, monitored_by, monitors, priority, registered_name, stack_size, status, suspending, total_heap_size,
             trace, trap_exit, min_heap_size, min_bin_vheap_size, sequential_trace_token, garbage_collection_info,
             message_queue_data, catchlevel],
    Info = process_info(P, Items),
    io:format("~p~n", [[K || {K, _} <- Info] =:= Items]),
    io:format("~p~n", [[{K, kind(V)} || {K, V} <- Info, K =/= binary]]),
    {binary, [{_, Size, Count}]} = lists:keyfind(binary, 1, Info),
    io:format("~p~n", [{Size, Count}]),
    io:format("~p~n", [[K || {K, _} <- process_info(P)]]),
    io:format("~p~n", [try process_info(P, [memory_used]) catch error:E -> E end]),
    io:format("~p~n", [[process_info(P, I) || I <- [registered_name, priority, links, status]]]),
    io:format("~p~n", [length([1 || Q <- processes(), [{memory, M}, {reductions, R}] <- [process_info(Q, [memory, reductions])], M > 0, R >= 0]) > 10]),
    allocators(), wall_time(), ports(), leak(P), counts(),
    trace(),
    exit(P, kill).

loop(B) -> receive get -> loop(B); never -> byte_size(B) end.

kind(T) when is_tuple(T) -> {tuple, tuple_size(T)};
kind(T) when is_list(T), T =/= [] -> list;
kind(T) when is_pid(T) -> pid;
kind(T) when is_integer(T) -> integer;
kind(T) -> T.

allocators() ->
    Allocators = erlang:system_info(alloc_util_allocators),
    io:format("~p~n", [is_list(Allocators)]),
    io:format("~p~n", [[{K, I} || {instance, I, O} <- erlang:system_info({allocator, sys_alloc}), {K, _} <- O]]),
    io:format("~p~n", [[is_list(erlang:system_info({allocator, A})) orelse erlang:system_info({allocator, A}) =:= false || A <- [binary_alloc, eheap_alloc, ets_alloc]]]),
    io:format("~p~n", [is_list(erlang:system_info({allocator_sizes, eheap_alloc})) orelse erlang:system_info({allocator_sizes, eheap_alloc}) =:= false]),
    io:format("~p~n", [[is_integer(V) || {_, V} <- erlang:memory()] -- [true || _ <- erlang:memory()]]),
    io:format("~p~n", [lists:sort([K || {K, _} <- erlang:memory()])]).

wall_time() ->
    io:format("~p~n", [erlang:system_flag(scheduler_wall_time, true)]),
    A = lists:sort(erlang:statistics(scheduler_wall_time)),
    lists:sum(lists:seq(1, 300000)),
    B = lists:sort(erlang:statistics(scheduler_wall_time)),
    io:format("~p~n", [lists:all(fun({{I, A0, T0}, {I, A1, T1}}) -> A1 >= A0 andalso T1 >= T0 end, lists:zip(A, B))]),
    io:format("~p~n", [erlang:system_flag(scheduler_wall_time, false)]),
    {In, Out} = erlang:statistics(io),
    io:format("~p~n", [[element(1, In), element(1, Out)]]),
    io:format("~p~n", [[is_integer(erlang:statistics(I)) || I <- [run_queue, total_run_queue_lengths, total_active_tasks]]]).

ports() ->
    {ok, F} = file:open(<<"text">>, [ram, binary]),
    P = element(3, F),
    Items = [registered_name, id, connected, links, name, monitors, monitored_by, input, output, os_pid, queue_size, memory, parallelism, locking],
    io:format("~p~n", [[case erlang:port_info(P, I) of {I, V} -> {I, kind(V)}; Other -> Other end || I <- Items, I =/= id, I =/= memory, I =/= locking]]),
    io:format("~p~n", [[is_integer(element(2, erlang:port_info(P, I))) || I <- [id, memory]]]),
    file:close(F),
    io:format("~p~n", [erlang:port_info(P)]).

%% The binaries that a collection frees, as recon:bin_leak/1 counts them.
leak(P) ->
    Count = fun(Q) -> {binary, B} = process_info(Q, binary), length(B) end,
    L = spawn(fun() -> [binary:copy(<<I>>, 1000) || I <- lists:seq(1, 20)], receive stop -> ok end end),
    receive after 20 -> ok end,
    Before = Count(L),
    io:format("~p~n", [[erlang:garbage_collect(Q) || Q <- [L, P]]]),
    io:format("~p~n", [{Before > 0, Count(L), Count(P)}]),
    L ! stop.

counts() ->
    io:format("~p~n", [[is_integer(erlang:system_info(I)) || I <- [process_count, port_count, atom_count, ets_count, schedulers_online, thread_pool_size]]]).

traced(X) -> X * 2.

%% Calls by a pattern, at most three of them, with returns.
trace() ->
    Me = self(),
    T = spawn(fun() -> receive after infinity -> ok end end),
    Shell = spawn(fun() -> collect(Me, 3) end),
    io:format("~p~n", [erlang:trace_pattern({?MODULE, traced, 1}, [{['$1'], [{'>', '$1', 2}], [{return_trace}, {message, {{'$1', {self}}}}]}], [local])]),
    W = spawn(fun() -> receive go -> [?MODULE:traced(N) || N <- lists:seq(1, 10)], receive stop -> ok end end end),
    io:format("~p~n", [erlang:trace(W, true, [call, timestamp, {tracer, Shell}])]),
    W ! go,
    receive {seen, L} -> io:format("~p~n", [L]) after 5000 -> io:format("nothing~n") end,
    io:format("~p~n", [erlang:trace(all, false, [all]) > 0]),
    io:format("~p~n", [erlang:trace_pattern({'_', '_', '_'}, false, [local]) > 1000]),
    W ! stop, exit(T, kill).

collect(To, N) -> collect(To, N, []).

collect(To, 0, L) -> To ! {seen, lists:reverse(L)};
collect(To, N, L) ->
    receive
        {trace_ts, _, call, MFA, {X, _}, {_, _, _}} -> collect(To, N - 1, [{call, MFA, X} | L]);
        {trace_ts, _, return_from, MFA, V, {_, _, _}} -> collect(To, N - 1, [{return, MFA, V} | L])
    end.
