%% send_after, start_timer, cancel, read, abs times, async options, to names and dead processes.
-module(timers_all).
-export([main/0]).

main() ->
    T0 = erlang:send_after(5, self(), {msg, a}),
    io:format("~p~n", [receive {msg, X} -> X end]),
    io:format("~p~n", [{erlang:read_timer(T0), erlang:cancel_timer(T0)}]),
    T1 = erlang:start_timer(5, self(), payload),
    io:format("~p~n", [receive {timeout, T1, P} -> P end]),
    T2 = erlang:send_after(100000, self(), never),
    io:format("~p~n", [[R > 99000 andalso R =< 100000 || R <- [erlang:read_timer(T2), erlang:cancel_timer(T2)]]]),
    T3 = erlang:send_after(100000, self(), never),
    io:format("~p~n", [{erlang:cancel_timer(T3, [{info, false}]), erlang:cancel_timer(T3, [{async, true}])}]),
    io:format("~p~n", [receive {cancel_timer, T3, Y} -> Y end]),
    T4 = erlang:send_after(100000, self(), never),
    ok = erlang:read_timer(T4, [{async, true}]),
    io:format("~p~n", [receive {read_timer, T4, Z} -> is_integer(Z) end]),
    register(me, self()), erlang:send_after(1, me, by_name), erlang:send_after(1, no_one, x),
    io:format("~p~n", [receive by_name -> got end]),
    [erlang:send_after(N * 3, self(), {n, N}) || N <- [5, 1, 4, 2, 3]],
    io:format("~p~n", [[receive {n, N} -> N end || _ <- lists:seq(1, 5)]]),
    Now = erlang:monotonic_time(millisecond),
    erlang:send_after(Now + 5, self(), abs, [{abs, true}]), io:format("~p~n", [receive abs -> abs end]),
    io:format("~p~n", [[try F() catch C:R -> {C, R} end || F <- [fun() -> erlang:send_after(-1, self(), x) end, fun() -> erlang:send_after(a, self(), x) end, fun() -> erlang:send_after(1, "x", x) end,
        fun() -> erlang:cancel_timer(x) end, fun() -> erlang:start_timer(1 bsl 70, self(), x) end, fun() -> erlang:send_after(1, self(), x, [bad]) end]]]),
    {ok, R5} = timer:send_interval(3, tick), [receive tick -> ok end || _ <- [1, 2, 3]],
    io:format("~p~n", [timer:cancel(R5)]), unregister(me).
