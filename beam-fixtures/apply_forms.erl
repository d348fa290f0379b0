%% Calls by name in all shapes: apply, M:F(), exports, natives, tail and not.
-module(apply_forms).
-export([main/0, id/1, c/1]).

main() ->
    io:format("~p~n", [[apply(Mod, Fun, A) || {Mod, Fun, A} <- [{lists, reverse, [[1, 2]]}, {erlang, '+', [1, 2]}, {?MODULE, id, [x]}, {erlang, length, [[a]]},
        {erlang, apply, [lists, max, [[1, 3, 2]]]}, {maps, get, [a, #{a => 1}]}]]]),
    {M, F} = {lists, nth},
    io:format("~p~n", [M:F(2, [a, b])]),
    io:format("~p~n", [loop(100000, ?MODULE, id)]),
    io:format("~p~n", [[c(T) || T <- [{nomod, f, []}, {lists, nofun, [1]}, {?MODULE, id, []}, {1, f, []}, {lists, 2, []}, {lists, sort, [a | b]}]]]),
    io:format("~p~n", [[erlang:function_exported(X, Y, Z) || {X, Y, Z} <- [{?MODULE, id, 1}, {?MODULE, c, 1}, {lists, sort, 1}]]]),
    io:format("~p~n", [[erlang:is_builtin(X, Y, Z) || {X, Y, Z} <- [{erlang, spawn, 3}, {lists, reverse, 2}, {lists, sort, 1}, {erlang, self, 0}]]]).

loop(0, M, F) -> M:F(done);
loop(N, M, F) -> N = M:F(N), loop(N - 1, M, F).

c({M, F, A}) -> try apply(M, F, A) catch C:R:S -> {C, R, [{X, Y, Z} || {X, Y, Z, _} <- [hd(S)]]} end.
id(X) -> X.
