%% Records: defaults, updates of many fields, nested, in guards, and bad ones.
-module(records).
-export([main/0]).
-record(point, {x = 0, y = 0, z}).
-record(line, {from = #point{}, to = #point{x = 1}, tags = []}).
-record(big, {a, b, c, d, e, f, g, h, i, j}).

main() ->
    L = #line{tags = [t]},
    io:format("~p~n", [L]),
    io:format("~p~n", [L#line{to = (L#line.to)#point{y = 5, z = q}, tags = []}]),
    B = lists:foldl(fun(N, R) -> step(N, R) end, #big{}, lists:seq(1, 50)),
    io:format("~p~n", [B]),
    io:format("~p~n", [[kind(R) || R <- [#point{}, #point{x = 7}, L, {point, 1}, point]]]),
    io:format("~p~n", [{record_info(size, big), record_info(fields, line), #line.tags}]),
    io:format("~p~n", [try (id({nope, 1}))#point.x catch C:R -> {C, R} end]).

step(N, R) when N rem 3 =:= 0 -> R#big{a = N, j = {N}};
step(N, R) when N rem 3 =:= 1 -> R#big{b = [N | R#big.a], c = N};
step(N, R) -> R#big{d = N, e = N, f = N, g = R#big.c, h = h, i = N / 2}.

kind(#point{x = 7}) -> seven; kind(P) when P#point.x =:= 0 -> zero; kind(#line{tags = [T]}) -> T; kind(_) -> other.
id(X) -> X.
