%% Sequential tracing: tokens on messages, exits, spawns; what the tracer is told.
-module(seq_tokens).
-export([main/0]).

main() ->
    Me = self(),
    T = spawn(fun() -> collect(Me) end),
    io:format("~p~n", [seq_trace:set_system_tracer(T)]),
    io:format("~p~n", [seq_trace:get_system_tracer() =:= T]),
    io:format("~p~n", [[seq_trace:get_token(I) || I <- [send, label, serial, 'receive', print, timestamp]]]),
    P = spawn(fun() -> receive {From, hello} -> seq_trace:print(17, in_p), seq_trace:print(18, other_label), From ! {self(), bye} end, receive stop -> ok end end),
    L = spawn_link(fun() -> receive X -> exit(X) end end),
    %% Nothing is printed while there is a token: the messages to the console would be told of.
    Set = [seq_trace:set_token(label, 17), seq_trace:set_token(send, true), seq_trace:set_token('receive', true), seq_trace:set_token(print, true)],
    Got = [seq_trace:get_token(I) || I <- [send, label, serial, 'receive', print, timestamp]],
    P ! {Me, hello},
    receive {P, bye} -> ok end,
    Serial = seq_trace:get_token(serial),
    seq_trace:print(end_of_it),
    Token = seq_trace:set_token([]),
    io:format("~p ~p ~p ~p~n", [Set, Got, Serial, tuple_size(Token)]),
    io:format("~p~n", [seq_trace:print(nothing)]),
    P ! stop,
    seq_trace:set_token(Token),
    process_flag(trap_exit, true),
    L ! because,
    receive {'EXIT', L, because} -> ok end,
    seq_trace:set_token([]),
    io:format("~p~n", [[try erlang:seq_trace(A, B) catch error:E -> E end || {A, B} <- [{foo, true}, {send, 1}, {serial, 1}, {serial, {a, b}}]]]),
    io:format("~p~n", [try erlang:seq_trace_info(foo) catch error:E -> E end]),
    T ! {flush, P, L},
    receive {collected, All} -> [io:format("~p~n", [M]) || M <- All] end,
    io:format("~p~n", [seq_trace:set_system_tracer(false) =:= T]),
    seq_trace:set_token(label, x), io:format("~p~n", [{seq_trace:reset_trace(), seq_trace:get_token()}]).

collect(Me) -> collect(Me, []).
collect(Me, All) ->
    receive
        {flush, P, L} -> Me ! {collected, [hide(M, #{Me => me, P => p, L => l}) || M <- lists:reverse(All)]};
        M -> collect(Me, [M | All])
    end.

hide(T, N) when is_pid(T) -> maps:get(T, N, pid);
hide(T, _) when is_reference(T) -> ref;
hide(T, _) when is_function(T) -> a_fun;
hide(T, N) when is_tuple(T) -> list_to_tuple(hide(tuple_to_list(T), N));
hide([H | T], N) -> [hide(H, N) | hide(T, N)];
hide(T, _) -> T.
