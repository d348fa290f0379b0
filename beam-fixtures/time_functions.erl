%% Clocks, timers of the timer module, conversions, and calendars of the machine.
-module(time_functions).
-export([main/0]).

main() ->
    {T, V} = timer:tc(fun() -> timer:sleep(15), done end),
    io:format("~p~n", [{T >= 15000, V}]),
    io:format("~p~n", [[timer:seconds(2), timer:minutes(1), timer:hours(1), timer:hms(1, 2, 3), timer:now_diff({1, 2, 3}, {1, 1, 3})]]),
    {ok, R} = timer:send_after(5, hi), io:format("~p~n", [receive hi -> hi after 1000 -> none end]),
    io:format("~p~n", [element(1, timer:cancel(R))]),
    {ok, A} = timer:apply_after(100000, io, format, ["never"]), io:format("~p~n", [timer:cancel(A)]),
    S = self(), {ok, I} = timer:apply_interval(5, erlang, send, [S, tick]),
    io:format("~p~n", [[receive tick -> t after 1000 -> none end || _ <- [1, 2, 3]]]), timer:cancel(I),
    io:format("~p~n", [[calendar:universal_time_to_local_time(calendar:local_time_to_universal_time({{2020, 6, 1}, {12, 0, 0}})), erlang:universaltime_to_posixtime({{1970, 1, 2}, {0, 0, 1}}), erlang:posixtime_to_universaltime(86401)]]),
    D = erlang:monotonic_time(), E = erlang:system_time() - erlang:monotonic_time() - erlang:time_offset(),
    io:format("~p~n", [{is_integer(D), abs(E) < 1000000000}]).
