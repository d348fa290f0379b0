%% Times in any unit: what is asked for lies between what its neighbours are in that unit.
-module(time_units).
-export([main/0]).

main() ->
    [io:format("~p ~p: ~p~n", [F, Unit, try between(F, Unit) catch error:R -> R end])
     || F <- [monotonic_time, system_time], Unit <- [second, millisecond, microsecond, nanosecond, native, perf_counter, nonsense,
            0, -1, 1, 3, 1000, 999999999, 1000000001, 1000000000000, 1 bsl 40, 1 bsl 59, 1 bsl 63, 1 bsl 64, 1 bsl 100, -(1 bsl 70), 1.0]],
    [io:format("~p~n", [try erlang:time_offset(U) =:= erlang:convert_time_unit(erlang:time_offset(), native, U) catch error:R -> R end])
     || U <- [second, 7, 1000000000000, 1 bsl 100]].

between(F, Unit) ->
    Before = erlang:F(),
    Time = erlang:F(Unit),
    After = erlang:F(),
    [Low, High] = [erlang:convert_time_unit(T, native, Unit) || T <- [Before, After]],
    {is_integer(Time), Low =< Time, Time =< High}.
