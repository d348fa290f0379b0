%% Ordered sets: first, next, prev, last, across types of keys, selects by prefix, ranges.
-module(ets_ordered).
-export([main/0]).

main() ->
    T = ets:new(t, [ordered_set]),
    Ks = [5, 1, 3, 2.5, a, {1, 2}, {1, 1}, "s", <<"b">>, #{}, [], 1 bsl 70],
    [ets:insert(T, {K, K}) || K <- Ks],
    io:format("~p~n", [walk(T, ets:first(T), fun ets:next/2)]),
    io:format("~p~n", [walk(T, ets:last(T), fun ets:prev/2)]),
    io:format("~p~n", [[ets:next(T, K) || K <- [0, 2, 3, 3.0, {1, 0}, zzz]]]),
    [ets:insert(T, {{p, I rem 10, I}, I}) || I <- lists:seq(1, 1000)],
    io:format("~p~n", [ets:select(T, [{{{p, 3, '$1'}, '_'}, [{'<', '$1', 100}], ['$1']}])]),
    io:format("~p~n", [ets:select_count(T, [{{{p, '_', '$1'}, '_'}, [{'>', '$1', 500}], [true]}])]),
    io:format("~p~n", [ets:select_delete(T, [{{{p, '$1', '_'}, '_'}, [{'=/=', '$1', 7}], [true]}])]),
    io:format("~p~n", [ets:match(T, {{p, 7, '$1'}, '_'}, 5) =/= '$end_of_table']),
    io:format("~p~n", [{ets:info(T, size), ets:slot(T, 0), ets:slot(T, 112), c(fun() -> ets:slot(T, 500) end)}]),
    io:format("~p~n", [ets:foldl(fun({_, V}, A) when is_integer(V) -> A + V; (_, A) -> A end, 0, T)]).

walk(_, '$end_of_table', _) -> [];
walk(T, K, F) -> [K | walk(T, F(T, K), F)].
c(F) -> try F() catch C:R -> {C, R} end.
