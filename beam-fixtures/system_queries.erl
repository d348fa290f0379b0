%% system_info, statistics and their like: only what every machine answers alike.
-module(system_queries).
-export([main/0]).

main() ->
    io:format("~p~n", [[erlang:system_info(I) || I <- [wordsize, {wordsize, internal}, endian, smp_support, threads, fullsweep_after, min_heap_size, min_bin_vheap_size, machine, otp_release, atom_limit]]]),
    io:format("~p~n", [[is_integer(erlang:system_info(I)) || I <- [schedulers, schedulers_online, process_count, port_count, atom_count, atom_limit, ets_count, process_limit, port_limit, logical_processors_online, context_reductions]]]),
    io:format("~p~n", [[is_integer(element(1, erlang:statistics(I))) || I <- [wall_clock, runtime, reductions, garbage_collection, context_switches]]]),
    io:format("~p~n", [[is_integer(F(U)) || F <- [fun erlang:monotonic_time/1, fun erlang:system_time/1, fun os:system_time/1, fun erlang:time_offset/1], U <- [second, millisecond, nanosecond, native, 10]]]),
    io:format("~p~n", [[erlang:convert_time_unit(A, B, C) || {A, B, C} <- [{1, second, millisecond}, {1999, millisecond, second}, {-1, millisecond, second}, {5, 3, 7}, {1 bsl 70, nanosecond, microsecond}]]]),
    T1 = erlang:monotonic_time(), T2 = erlang:monotonic_time(), U1 = erlang:unique_integer([monotonic]), U2 = erlang:unique_integer([monotonic]),
    io:format("~p~n", [[T2 >= T1, U2 > U1, erlang:unique_integer([positive]) > 0, erlang:unique_integer() =/= erlang:unique_integer(), size(erlang:timestamp()), size(date()), size(time())]]),
    io:format("~p~n", [[node(), nodes(), is_alive(), os:type(), erlang:get_cookie(), init:get_argument(no_such_flag), node(self()), erlang:system_info(otp_release) =:= integer_to_list(list_to_integer(erlang:system_info(otp_release)))]]),
    os:putenv("FIX_VAR", "va lue"), io:format("~p~n", [[os:getenv("FIX_VAR"), os:unsetenv("FIX_VAR"), os:getenv("FIX_VAR"), os:getenv("FIX_VAR", "dflt")]]),
    io:format("~p~n", [[try F() catch C:R -> {C, R} end || F <- [fun() -> erlang:system_info(nope) end, fun() -> erlang:statistics(nope) end, fun() -> erlang:system_flag(nope, 1) end, fun() -> os:getenv(a) end]]]).
