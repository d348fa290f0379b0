%% process_info items of oneself and others.
-module(proc_info).
-export([main/0]).

main() ->
    Self = self(),
    P = spawn_opt(fun() -> put(k, v), Self ! ready, receive go -> ok end end, [link, {priority, low}, {fullsweep_after, 7}, {min_heap_size, 500}]),
    receive ready -> ok end,
    P ! m1, P ! m2, timer:sleep(20),
    io:format("~p~n", [[process_info(P, I) || I <- [status, dictionary, message_queue_len, messages, priority, trap_exit, registered_name, error_handler, current_function,
        initial_call, links, monitors, monitored_by, suspending, message_queue_data, catchlevel]] -- [{links, [Self]}]]),
    io:format("~p~n", [lists:sort([{K, V} || {K, V} <- element(2, process_info(P, garbage_collection)), lists:member(K, [fullsweep_after, minor_gcs])])]),
    io:format("~p~n", [[process_info(P, [priority, trap_exit, links]) =:= [{priority, low}, {trap_exit, false}, {links, [Self]}], process_info(P, [])]]),
    io:format("~p~n", [[is_integer(element(2, process_info(P, I))) || I <- [heap_size, stack_size, total_heap_size, memory, reductions]]]),
    {current_stacktrace, St} = process_info(self(), current_stacktrace),
    io:format("~p~n", [[{M, F, A} || {M, F, A, _} <- St, M =:= ?MODULE]]),
    {current_stacktrace, St2} = process_info(P, current_stacktrace),
    io:format("~p~n", [[{F, A} || {_, F, A, _} <- St2]]),
    io:format("~p~n", [[K || {K, _} <- process_info(P)]]),
    P ! go, timer:sleep(20),
    io:format("~p~n", [[process_info(P), process_info(P, status), is_process_alive(P)]]),
    io:format("~p~n", [[c(fun() -> process_info(X, Y) end) || {X, Y} <- [{Self, nope}, {a, status}, {Self, [status, nope]}]]]),
    io:format("~p~n", [[process_info(self(), status), process_info(self(), current_function), process_info(self(), [messages, message_queue_len])]]).

c(F) -> try F() catch C:R -> {C, R} end.
