%% Traces of messages, of processes' lives, of what they hand on; tracers that die; sensitive processes.
-module(trace_events).
-export([main/0]).

main() ->
    run(messages, [send, 'receive'], fun() -> self() ! a, receive a -> ok end, register(zork, self()), zork ! b, receive b -> ok end, catch nobody_here ! c, receive after 1 -> ok end end),
    erlang:trace_pattern(send, [{['_', '$1'], [{'==', '$1', b}], [{message, {{sent, '$1'}}}]}], []),
    erlang:trace_pattern('receive', [{['$1', '$2', c], [{'=:=', '$1', {node}}, {is_pid, '$2'}], []}], []),
    io:format("~p~n", [[erlang:trace_info(E, match_spec) || E <- [send, 'receive']]]),
    run(patterns, [send, 'receive'], fun() -> [self() ! X || X <- [a, b, c]] end),
    erlang:trace_pattern(send, true, []), erlang:trace_pattern('receive', false, []),
    run(none_received, ['receive'], fun() -> self() ! a end),
    erlang:trace_pattern('receive', true, []),
    run(procs, [procs], fun() -> Q = spawn(fun() -> receive stop -> ok end end), link(Q), unlink(Q), register(zork, self()), unregister(zork), register(zork, self()), Q ! stop end),
    run(links, [procs], fun() -> process_flag(trap_exit, true), Q = spawn_link(fun() -> receive stop -> exit(done) end end), Q ! stop, receive {'EXIT', Q, done} -> ok end end),
    run(exits, [procs], fun() -> exit({some, reason}) end),
    run(errors, [procs], fun() -> process_flag(trap_exit, true), exit(self(), kill), receive after infinity -> ok end end),
    run(inherited, [procs, set_on_spawn], fun() -> wait(spawn(fun() -> wait(spawn(fun() -> ok end)) end)) end),
    run(inherited_once, [procs, set_on_first_spawn], fun() -> wait(spawn(fun() -> ok end)), wait(spawn(fun() -> ok end)) end),
    run(sensitive, [send, procs], fun() -> self() ! a, process_flag(sensitive, true), self() ! b, process_flag(sensitive, false), self() ! c end),
    stamps(), tracers().

run(Name, Flags, Fun) ->
    P = spawn(fun() -> receive go -> Fun() end end),
    1 = erlang:trace(P, true, Flags),
    Ref = monitor(process, P),
    P ! go,
    receive {'DOWN', Ref, _, _, _} -> ok end,
    receive after 20 -> ok end,
    io:format("~p~n", [Name]),
    Order = flush(),
    Seen = [P | lists:usort([Q || {trace, Q, _, _} <- Order, Q =/= P] ++ [Q || {trace, _, spawn, Q, _} <- Order])],
    %% Messages of one process keep their order; those of several are sorted by it.
    [io:format("  ~p~n", [hide(M, Seen)]) || Q <- Seen, M <- Order, element(2, M) =:= Q].

wait(P) -> R = monitor(process, P), receive {'DOWN', R, _, _, _} -> ok end.

flush() -> receive M -> [M | flush()] after 0 -> [] end.

hide(T, Seen) when is_pid(T) -> case [N || {N, Q} <- lists:zip(lists:seq(1, length(Seen)), Seen), Q =:= T] of [N] -> {p, N}; [] -> pid end;
hide(T, _) when is_reference(T) -> ref;
hide(T, _) when is_function(T) -> a_fun;
hide(T, S) when is_tuple(T) -> list_to_tuple(hide(tuple_to_list(T), S));
hide([H | T], S) -> [hide(H, S) | hide(T, S)];
hide(T, _) -> T.

stamps() ->
    [begin
         P = spawn(fun() -> receive go -> self() ! a end end),
         1 = erlang:trace(P, true, [send | Flags]),
         io:format("~p~n", [erlang:trace_info(P, flags)]),
         P ! go,
         receive M -> io:format("~p~n", [kinds(M)]) end
     end || Flags <- [[timestamp], [monotonic_timestamp], [strict_monotonic_timestamp], [scheduler_id], [timestamp, monotonic_timestamp]]].

kinds(T) when is_tuple(T) -> list_to_tuple(kinds(tuple_to_list(T)));
kinds([H | T]) -> [kinds(H) | kinds(T)];
kinds(T) when is_integer(T) -> int;
kinds(T) when is_pid(T) -> pid;
kinds(T) -> T.

%% One tracer at a time; the next one may come when it is gone.
tracers() ->
    P = spawn(fun() -> receive stop -> ok end end),
    T = spawn(fun() -> receive stop -> ok end end),
    1 = erlang:trace(P, true, [send, {tracer, T}]),
    io:format("~p~n", [{erlang:trace_info(P, flags), erlang:trace_info(P, tracer) =:= {tracer, T}}]),
    Ref = monitor(process, T), T ! stop, receive {'DOWN', Ref, _, _, _} -> ok end,
    io:format("~p~n", [{erlang:trace_info(P, flags), erlang:trace_info(P, tracer)}]),
    io:format("~p~n", [{erlang:trace(P, true, [send, call]), erlang:trace(P, false, [all]), erlang:trace_info(P, flags)}]),
    1 = erlang:trace(P, true, [procs]),
    io:format("~p~n", [erlang:trace(all, false, [all]) > 5]),
    io:format("~p~n", [erlang:trace_info(P, flags)]),
    0 = erlang:trace(new, true, [procs]),
    io:format("~p~n", [{erlang:trace_info(new, flags), erlang:trace_info(new, tracer) =:= {tracer, self()}}]),
    0 = erlang:trace(new, false, [procs]),
    io:format("~p~n", [erlang:trace_info(new, flags)]).
