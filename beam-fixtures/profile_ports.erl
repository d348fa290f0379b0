%% system_profile of ports, and of a process while a port runs for it.
-module(profile_ports).
-export([main/0]).
-include("collector.hrl").

main() ->
    T = collector(),
    {ok, F} = file:open(<<"some text">>, [ram, read, binary]),
    P = element(3, F),
    io:format("~p~n", [erlang:system_profile(T, [runnable_ports])]),
    {T, Now} = erlang:system_profile(),
    io:format("~p~n", [Now]),
    erlang:port_info(P, id), unlink(P), link(P),
    show(T, P),
    io:format("~p~n", [element(2, erlang:system_profile(T, [runnable_procs, exclusive, monotonic_timestamp]))]),
    {T, Then} = erlang:system_profile(),
    io:format("~p~n", [lists:sort(Then)]),
    worker(T, P),
    erlang:system_profile(T, [runnable_procs]),
    worker(T, P),
    io:format("~p~n", [element(2, erlang:system_profile(undefined, []))]),
    io:format("~p~n", [erlang:system_profile()]),
    T ! stop.

%% What the profiler hears of it while it asks a port, but for where it was.
worker(T, P) ->
    W = spawn(fun() -> receive go -> ok end, erlang:port_info(P, id), erlang:port_info(P, id), receive stop -> ok end end),
    receive after 20 -> ok end,
    put(worker, W),
    collected(T),
    W ! go,
    show(T, P),
    W ! stop.

show(T, P) ->
    receive after 20 -> ok end,
    Heard = [{name(Q, P), State, stamp(Ts)} || {profile, Q, State, _, Ts} <- collected(T), name(Q, P) =/= other],
    io:format("~p~n", [Heard]).

name(P, P) -> port;
name(Q, _) -> case get(worker) of Q -> worker; _ -> other end.

stamp(Ts) when is_tuple(Ts) -> tuple_size(Ts);
stamp(Ts) when is_integer(Ts) -> integer.
