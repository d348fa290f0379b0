%% Calls by reference under a long queue: fresh references are found fast and in order.
-module(receive_markers).
-export([main/0]).

main() ->
    [self() ! {noise, I} || I <- lists:seq(1, 20000)],
    P = spawn_link(fun() -> server(0) end),
    io:format("~p~n", [lists:sum([call(P, I) || I <- lists:seq(1, 2000)])]),
    io:format("~p~n", [monitored(P, [])]),
    Rs = [{I, send(P, I)} || I <- lists:seq(1, 50)],
    io:format("~p~n", [[receive {R, X} -> X - I end || {I, R} <- lists:reverse(Rs)]]),
    io:format("~p~n", [[receive {noise, I} -> I after 0 -> none end || _ <- [1, 2, 3]]]),
    io:format("~p~n", [nested(P)]).

send(P, X) -> R = make_ref(), P ! {self(), R, X}, R.
call(P, X) -> R = send(P, X), receive {R, Y} -> Y end.
monitored(P, _) ->
    M = erlang:monitor(process, P), P ! {self(), M, 7},
    receive {M, Y} -> erlang:demonitor(M, [flush]), {reply, Y}; {'DOWN', M, _, _, W} -> {down, W} end.
nested(P) ->
    R1 = make_ref(), R2 = make_ref(),
    P ! {self(), R1, 1}, P ! {self(), R2, 2},
    receive {R2, A} -> receive {R1, B} -> {A, B} end end.
server(N) -> receive {F, R, X} -> F ! {R, X + N - N}, server(N + 1) end.
