%% Timers are stopped on one scheduler while they fire on another: each either sends its message or is stopped, never
%% neither.
-module(timer_race).
-export([main/0]).

main() ->
    Pairs = [spawn_monitor(fun() -> starter(100) end) || _ <- lists:seq(1, 3)],
    [receive {'DOWN', M, process, P, Why} -> io:format("~p~n", [Why]) end || {P, M} <- Pairs].

%% Another process stops the timers, from about the time on that they fire.
starter(N) ->
    Self = self(),
    Stopper = spawn_link(fun() -> stopper(Self) end),
    [batch(Stopper, At) || At <- lists:seq(1, N)],
    exit(all_accounted_for).

batch(Stopper, N) ->
    Due = erlang:monotonic_time(millisecond) + 2,
    Timers = [erlang:start_timer(Due, self(), N, [{abs, true}]) || _ <- lists:seq(1, 100)],
    Stopper ! {stop, Timers, erlang:convert_time_unit(Due, millisecond, microsecond) + rand:uniform(200) - 100},
    receive {stopped, Left} -> [accounted(L, R) || {L, R} <- lists:zip(Left, Timers)] end.

accounted(false, R) -> receive {timeout, R, _} -> ok after 5000 -> exit(lost) end;
accounted(Left, R) -> receive {timeout, R, _} -> exit({stopped_and_fired, Left}) after 0 -> ok end.

stopper(Starter) ->
    receive
        {stop, Timers, At} ->
            until(At),
            Starter ! {stopped, [erlang:cancel_timer(R) || R <- Timers]},
            stopper(Starter)
    end.

until(At) ->
    case erlang:monotonic_time(microsecond) >= At of
        true -> ok;
        false -> until(At)
    end.
