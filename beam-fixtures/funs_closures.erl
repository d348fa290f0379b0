%% Closures over many variables, funs of funs, recursion, comparison, arity and badfun errors.
-module(funs_closures).
-export([main/0]).

main() ->
    Fs = [fun(X) -> {A, B, C, X} end || A <- [1, 2], B <- [x], C <- [[], "c"]],
    io:format("~p~n", [[F(q) || F <- Fs]]),
    Compose = fun(F, G) -> fun(X) -> F(G(X)) end end,
    Inc = fun(X) -> X + 1 end,
    io:format("~p~n", [(lists:foldl(Compose, fun(X) -> X end, lists:duplicate(500, Inc)))(0)]),
    Fact = fun F(0) -> 1; F(N) -> N * F(N - 1) end,
    io:format("~p~n", [Fact(30)]),
    io:format("~p~n", [[c(F) || F <- [fun() -> Inc(1, 2) end, fun() -> (id(a))(1) end, fun() -> (id({lists, sort}))([1]) end,
        fun() -> (fun lists:nope/1)(x) end, fun() -> apply(Inc, [1 | 2]) end, fun() -> apply(a, b, c) end]]]),
    {G, H} = {fun lists:map/2, fun lists:map/2},
    io:format("~p~n", [{G =:= H, Inc =:= Inc, hd(Fs) =:= lists:last(Fs), G < Inc, erlang:fun_info(G, name), erlang:fun_info(Inc, arity)}]),
    io:format("~p~n", [lists:sort([is_function(F, N) || F <- [Inc, Compose, G], N <- [0, 1, 2]])]).

c(F) -> try F() catch C:{R, X} when is_function(element(1, X)) -> {C, R, element(2, X)}; C:{R, X} when is_function(X) -> {C, R}; C:R -> {C, R} end.
id(X) -> X.
