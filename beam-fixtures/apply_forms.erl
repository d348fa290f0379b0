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
    io:format("~p~n", [[erlang:is_builtin(X, Y, Z) || {X, Y, Z} <- [{erlang, spawn, 3}, {lists, reverse, 2}, {lists, sort, 1}, {erlang, self, 0}]]]),
    %% More arguments than a function has, and than there are registers; and of funs.
    io:format("~p~n", [[many(N) || N <- [255, 256, 1023, 1024, 5000]]]),
    io:format("~p~n", [[in_fun(G, A) || {G, A} <- [{notfun, [1]}, {fun id/1, []}, {fun erlang:nope/1, [1]}, {fun lists:sort/1, []}]]]).

many(N) ->
    Args = lists:duplicate(N, x),
    {_, M} = spawn_monitor(fun() -> exit(short(fun() -> {apply(?MODULE, nope, Args)} end)) end),
    Spawned = short(fun() -> {_, R} = spawn_monitor(?MODULE, nope, Args), receive {'DOWN', R, _, _, {Why, _}} -> Why end end),
    {receive {'DOWN', M, _, _, Why} -> Why end, Spawned}.

in_fun(G, A) -> short(fun() -> {apply(G, A)} end).

short(F) ->
    try F() catch C:R:S ->
        {M, N, A, _} = hd(S),
        {C, is_atom(R) orelse element(1, R), M, N, if is_list(A) -> length(A); true -> A end}
    end.

loop(0, M, F) -> M:F(done);
loop(N, M, F) -> N = M:F(N), loop(N - 1, M, F).

c({M, F, A}) -> try apply(M, F, A) catch C:R:S -> {C, R, [{X, Y, Z} || {X, Y, Z, _} <- [hd(S)]]} end.
id(X) -> X.
