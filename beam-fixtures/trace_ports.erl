%% Traces of a port: its life, what it is told and says, when it runs; by a session, too, where there are some.
-module(trace_ports).
-export([main/0]).
-include("collector.hrl").

main() ->
    T = collector(),
    lists:foreach(fun(Flags) ->
        io:format("~p~n", [Flags]),
        erlang:trace(new_ports, true, [{tracer, T} | Flags]),
        P = work(T),
        erlang:trace(new_ports, false, [all]),
        io:format("~p~n", [erlang:port_info(P)])
    end, [[ports], [send, 'receive'], [running_ports], [ports, send, 'receive', running_ports]]),
    existing(T),
    _ = code:ensure_loaded(trace),
    case erlang:function_exported(trace, session_create, 3) of
        true ->
            S = trace:session_create(one, T, []),
            trace:port(S, new, true, [ports, send, 'receive']),
            work(T),
            trace:session_destroy(S);
        false -> ok
    end,
    process_flag(trap_exit, true),
    {ok, F0} = file:open(<<"x">>, [ram, binary]),
    io:format("~p~n", [link(element(3, F0))]),
    ok = file:close(F0),
    T ! stop.

work(T) ->
    Me = self(),
    {ok, F} = file:open(<<"some text">>, [ram, read, write, binary]),
    P = element(3, F),
    show(T, open, P),
    {ok, <<"some">>} = file:read(F, 4),
    show(T, read, P),
    ok = file:write(F, [<<" more">>, " text"]),
    show(T, write, P),
    register(a_port, P), unregister(a_port), register(a_port, P),
    show(T, register, P),
    unlink(P), unlink(P), link(P), link(P),
    show(T, links, P),
    demonitor(monitor(port, P)), catch monitor(port, a_port),
    show(T, monitors, P),
    erlang:port_info(P, id), catch erlang:port_info(P, name),
    show(T, info, P),
    catch erlang:port_call(P, 1, x),
    show(T, call, P),
    Q = spawn(fun() -> receive stop -> ok end end),
    erlang:port_connect(P, Q), show(T, connect, P),
    P ! {Q, {connect, Me}},
    show(T, connect_back, P),
    erlang:port_connect(P, Me), unlink_of(Q, P),
    show(T, connected, P),
    P ! {self(), {command, [1, 2, <<3>>]}},
    receive {P, {data, _}} -> ok after 100 -> ok end,
    show(T, command, P),
    P ! {self(), close},
    receive {P, closed} -> ok after 1000 -> io:format("not closed~n") end,
    show(T, close, P),
    P.

unlink_of(Q, P) -> Q ! stop, R = monitor(process, Q), receive {'DOWN', R, _, _, _} -> ok end, P.

existing(T) ->
    {ok, F} = file:open(<<"some text">>, [ram, read, binary]),
    P = element(3, F),
    io:format("~p~n", [erlang:trace(P, true, [ports, 'receive', {tracer, T}])]),
    {flags, Flags} = erlang:trace_info(P, flags),
    io:format("~p~n", [lists:sort(Flags)]),
    {ok, <<"some">>} = file:read(F, 4),
    erlang:trace(P, false, ['receive']),
    {ok, <<" te">>} = file:read(F, 3),
    unlink(P), exit(P, foo),
    show(T, existing, P).

%% The trace's messages, with names for what differs from run to run.
show(T, What, P) ->
    R = erlang:trace_delivered(all),
    receive {trace_delivered, all, R} -> ok end,
    [io:format("~p ~p~n", [What, hide(M, P)]) || M <- collected(T)].

hide(P, P) -> port;
hide(T, _) when is_port(T) -> other_port;
hide(T, _) when is_pid(T) -> if T =:= self() -> me; true -> pid end;
hide(T, P) when is_tuple(T) -> list_to_tuple(hide(tuple_to_list(T), P));
hide([H | T], P) -> [hide(H, P) | hide(T, P)];
hide(T, _) -> T.
