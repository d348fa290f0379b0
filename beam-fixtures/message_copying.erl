%% Terms of all kinds sent between processes arrive as they were; sharing is not kept.
-module(message_copying).
-export([main/0]).

main() ->
    P = spawn_link(fun() -> echo() end),
    X = lists:seq(1, 10), Shared = {X, X, [X, X]},
    Ts = [1, 1 bsl 100, 1.5, a, "s", <<"bin">>, binary:copy(<<"b">>, 1000), <<1:3>>, Shared, #{a => #{b => X}}, maps:from_list([{I, {I}} || I <- lists:seq(1, 100)]), fun(Y) -> {X, Y} end, fun lists:map/2, make_ref(), self(), P, hd(erlang:ports()), [a | b], {}, []],
    io:format("~p~n", [[echoed(P, T) =:= T || T <- Ts]]),
    io:format("~p~n", [(echoed(P, fun(Y) -> {length(X), Y} end))(q)]),
    io:format("~p~n", [{erts_debug:size(Shared), erts_debug:flat_size(Shared), erts_debug:size(echoed(P, Shared))}]),
    <<_:5, Odd:64/bits, _/bits>> = binary:copy(<<16#a7>>, 100),
    io:format("~p~n", [echoed(P, Odd)]),
    Sub = binary:part(binary:copy(<<"xyz">>, 1000), 7, 100),
    io:format("~p~n", [echoed(P, [Sub, {Sub}]) =:= [Sub, {Sub}]]).

echoed(P, T) -> P ! {self(), T}, receive {P, R} -> R end.
echo() -> receive {F, T} -> F ! {self(), T}, echo() end.
