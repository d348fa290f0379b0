%% Sessions of OTP 27's trace module, several at once; on earlier releases there is nothing to show.
-module(trace_sessions).
-export([main/0, f/1]).

f(X) -> X + 1.

main() ->
    _ = code:ensure_loaded(trace),
    case erlang:function_exported(trace, session_create, 3) of
        true -> sessions();
        false -> io:format("none~n")
    end.

sessions() ->
    Me = self(),
    Collect = fun(Name) -> spawn(fun F() -> receive {flush, From} -> From ! {Name, all()}, F() end end) end,
    {A, B} = {Collect(a), Collect(b)},
    S = trace:session_create(one, A, []),
    T = trace:session_create(two, B, []),
    P = spawn(fun() -> receive go -> f(1), Me ! done, receive stop -> ok end end end),
    io:format("~p~n", [{trace:process(S, P, true, [call]), trace:process(T, P, true, [call, send])}]),
    io:format("~p~n", [{trace:function(S, {?MODULE, f, 1}, [{['_'], [], [{return_trace}]}], [local]), trace:function(T, {?MODULE, f, 1}, true, [local])}]),
    io:format("~p~n", [{trace:info(S, P, flags), trace:info(T, P, flags), erlang:trace_info(P, flags)}]),
    io:format("~p~n", [[trace:info(X, {?MODULE, f, 1}, match_spec) || X <- [S, T]]]),
    io:format("~p~n", [erlang:trace_info({?MODULE, f, 1}, all)]),
    P ! go, receive done -> ok end,
    [begin Q ! {flush, Me}, receive {N, L} -> [io:format("~p ~p~n", [N, hide(M, P)]) || M <- L] end end || Q <- [A, B]],
    io:format("~p~n", [{trace:session_destroy(S), trace:session_destroy(S)}]),
    io:format("~p~n", [try trace:info(S, P, flags) catch error:E -> E end]),
    io:format("~p~n", [{trace:info(T, P, flags), trace:info(T, {?MODULE, f, 1}, traced)}]),
    io:format("~p~n", [[try F() catch error:Why -> Why end || F <-
        [fun() -> trace:session_create(x, foo, []) end, fun() -> trace:process(T, foo, true, [call]) end, fun() -> trace:process(T, P, true, [foo]) end,
         fun() -> trace:function(T, {lists, '_', 1}, true, []) end, fun() -> trace:send(T, [{['_', b], [], []}], []) end, fun() -> trace:info(T, send, match_spec) end,
         fun() -> trace:recv(T, false, []) end, fun() -> trace:info(T, 'receive', match_spec) end]]]),
    io:format("~p~n", [trace:session_destroy(T)]),
    io:format("~p~n", [erlang:trace_info({?MODULE, f, 1}, all)]),
    P ! stop.

all() -> receive M -> [M | all()] after 0 -> [] end.

hide(P, P) -> tracee;
hide(T, _) when is_pid(T) -> pid;
hide(T, P) when is_tuple(T) -> list_to_tuple(hide(tuple_to_list(T), P));
hide([H | T], P) -> [hide(H, P) | hide(T, P)];
hide(T, _) -> T.
