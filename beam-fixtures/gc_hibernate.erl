%% Processes that hibernate with large state, wake, and hibernate again.
-module(gc_hibernate).
-export([main/0, woken/2]).

main() ->
    P = spawn_link(fun() -> woken(self_state(), 0) end),
    io:format("~p~n", [[ask(P) || _ <- lists:seq(1, 5)]]),
    {Q, R} = spawn_monitor(fun() -> catch proc_lib:hibernate(?MODULE, woken, [no_state, stop]) end),
    Q ! die,
    io:format("~p~n", [receive {'DOWN', R, process, Q, Why} -> Why end]).

self_state() -> [{I, <<I:512>>} || I <- lists:seq(1, 1000)].

ask(P) -> P ! {self(), next}, receive {P, X} -> X end.

woken(_, stop) -> receive die -> exit(dead) end;
woken(State, N) ->
    receive
        {From, next} ->
            _ = lists:seq(1, 1000),
            From ! {self(), {N, erlang:phash2(State)}},
            erlang:hibernate(?MODULE, woken, [[{N, x} | State], N + 1])
    end.
