%% Call traces: local, global, of natives, with returns, exceptions, callers; counters; what trace_info tells.
-module(trace_calls).
-export([main/0, f/1, g/1, h/1, loop/1, long/2, rest/1]).

f(X) -> Y = g(X), Y + 1.
g(X) -> h(X).
h(0) -> erlang:error(zero);
h(X) -> X * 2.
loop(0) -> done;
loop(N) -> loop(N - 1).
long(_, 0) -> ok;
long(A, N) -> long([N | A], N - 1).
rest(<<_, R/binary>>) -> rest(R);
rest(<<>>) -> ok.

main() ->
    Local = [{{?MODULE, F, '_'}, true, [local]} || F <- [f, g, h]],
    Told = fun(Ms) -> [{{?MODULE, F, '_'}, Ms, [local]} || F <- [f, g, h]] end,
    run(local, [call], Local, fun() -> f(3) end),
    run(returns, [call, return_to], Told([{'_', [], [{return_trace}, {message, {caller}}]}]), fun() -> f(3) end),
    run(exceptions, [call, return_to], Told([{'_', [], [{exception_trace}]}]), fun() -> f(0) end),
    run(nocatch, [call], Told([{'_', [], [{exception_trace}]}]), fun() -> exit(self(), kill), f(1) end),
    run(global, [call, arity], [{{?MODULE, '_', '_'}, true, []}], fun() -> ?MODULE:f(3), f(4), apply(?MODULE, g, [1]) end),
    run(natives, [call], [{{erlang, N, '_'}, [{'_', [], [{return_trace}, {message, {caller}}]}], [local]} || N <- [list_to_tuple, atom_to_list, put]],
        fun() -> {list_to_tuple([a]), put(a, atom_to_list(b))} end),
    run(library, [call], [{{lists, '_', '_'}, [{['_', '$1'], [{is_list, '$1'}], [{return_trace}]}], [global]}],
        fun() -> lists:reverse([1, 2], []), lists:map(fun(X) -> X end, [1]), lists:nth(1, [1]) end),
    run(loops, [call], [{{?MODULE, loop, 1}, [{'_', [], [{return_trace}]}], [local]}], fun() -> loop(3) end),
    run(binaries, [call], [{{?MODULE, rest, 1}, true, [local]}], fun() -> rest(<<1, 2, 3>>) end),
    run(silent, [call, silent], [{{?MODULE, h, 1}, [{[1], [], [{silent, false}]}, {[2], [], [{silent, true}]}, {'_', [], []}], [local]}],
        fun() -> [h(X) || X <- [5, 1, 6, 2, 7]] end),
    run(switched, [call], [{{?MODULE, h, 1}, [{[1], [], [{disable_trace, call}]}], [local]}, {{?MODULE, g, 1}, [{'_', [], [{message, [{self}, {get_tcw}]}]}], [local]}],
        fun() -> [g(X) || X <- [5, 1, 6]] end),
    counters(), meta(), deep(), wrong().

run(Name, Flags, Patterns, Fun) ->
    P = spawn(fun worker/0),
    P ! {self(), ready}, receive {P, ready} -> ok end,
    Set = [erlang:trace_pattern(M, Ms, Fl) || {M, Ms, Fl} <- Patterns],
    1 = erlang:trace(P, true, Flags),
    Ref = monitor(process, P),
    P ! {call, Fun},
    receive {'DOWN', Ref, _, _, _} -> ok end,
    D = erlang:trace_delivered(P), receive {trace_delivered, P, D} -> ok end,
    io:format("~p ~p~n", [Name, Set]),
    [io:format("  ~p~n", [hide(M, P)]) || M <- flush()],
    io:format("  ~p~n", [[erlang:trace_pattern(M, false, Fl) || {M, _, Fl} <- Patterns] =:= Set]).

worker() ->
    receive {From, ready} -> From ! {self(), ready} end,
    receive {call, Fun} -> catch Fun() end.

flush() -> receive M -> [M | flush()] after 0 -> [] end.

hide(P, P) -> tracee;
hide(T, _) when is_function(T) -> a_fun;
hide(T, _) when is_pid(T) -> pid;
hide(T, P) when is_tuple(T) -> list_to_tuple(hide(tuple_to_list(T), P));
hide([H | T], P) -> [hide(H, P) | hide(T, P)];
hide(T, _) -> T.

counters() ->
    [erlang:trace_pattern({?MODULE, F, 1}, true, [call_count]) || F <- [f, g, h, loop]],
    loop(100), f(1), catch f(0),
    Count = fun() -> [erlang:trace_info({?MODULE, F, 1}, call_count) || F <- [f, g, h, loop]] end,
    io:format("~p~n", [Count()]),
    [erlang:trace_pattern({?MODULE, F, 1}, pause, [call_count]) || F <- [f, g, h, loop]], f(1),
    io:format("~p~n", [Count()]),
    [erlang:trace_pattern({?MODULE, F, 1}, restart, [call_count]) || F <- [f, g, h, loop]], f(1),
    io:format("~p~n", [Count()]),
    erlang:trace_pattern({?MODULE, '_', '_'}, false, [call_count]),
    io:format("~p~n", [Count()]).

meta() ->
    Me = self(),
    P = spawn(fun() -> receive go -> f(7) end end),
    1 = erlang:trace_pattern({?MODULE, h, 1}, [{['$1'], [], [{message, {{got, '$1'}}}, {return_trace}]}], [meta]),
    io:format("~p~n", [erlang:trace_info({?MODULE, h, 1}, meta) =:= {meta, Me}]),
    io:format("~p~n", [[I || I <- element(2, erlang:trace_info({?MODULE, h, 1}, all)), element(1, I) =/= meta]]),
    Ref = monitor(process, P), P ! go, receive {'DOWN', Ref, _, _, _} -> ok end,
    [io:format("~p~n", [hide(erlang:delete_element(tuple_size(M), M), P)]) || M <- flush()],
    1 = erlang:trace_pattern({?MODULE, h, 1}, false, [meta]),
    io:format("~p~n", [erlang:trace_info({?MODULE, h, 1}, all)]).

%% A function whose first instruction collects garbage is one call all the same.
deep() ->
    1 = erlang:trace_pattern({?MODULE, long, 2}, true, [call_count]),
    long([], 50000),
    io:format("~p~n", [erlang:trace_info({?MODULE, long, 2}, call_count)]),
    1 = erlang:trace_pattern({?MODULE, long, 2}, false, [call_count]).

wrong() ->
    [io:format("~p~n", [try F() catch C:R -> {C, R} end]) || F <-
        [fun() -> erlang:trace(foo, true, []) end, fun() -> erlang:trace(self(), true, [foo]) end,
         fun() -> erlang:trace(self(), maybe_so, []) end, fun() -> erlang:trace_pattern({a, '_', 1}, true, []) end,
         fun() -> erlang:trace_pattern({lists, map, 2}, [{x}], []) end, fun() -> erlang:trace_pattern({lists, map, 2}, true, [local, global]) end,
         fun() -> erlang:trace_pattern({lists, map, 2}, [{'_', [], []}], [call_count]) end, fun() -> erlang:trace_pattern(foo, true, []) end,
         fun() -> erlang:trace_info(foo, flags) end, fun() -> erlang:trace_info({lists, map}, all) end, fun() -> erlang:trace_info({lists, map, 2}, foo) end,
         fun() -> erlang:trace_info({nomodule, f, 1}, all) end, fun() -> erlang:trace_info({lists, map, 2}, all) end,
         fun() -> erlang:trace_info(send, match_spec) end, fun() -> erlang:trace_info(on_load, all) end, fun() -> erlang:trace_info(new, flags) end,
         fun() -> erlang:trace_delivered(foo) end, fun() -> erlang:trace_info(self(), flags) end, fun() -> erlang:trace_info(self(), tracer) end]].
