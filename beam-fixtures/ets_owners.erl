%% Owners, protection, heirs, give_away, named tables, and what happens when owners die.
-module(ets_owners).
-export([main/0]).

main() ->
    S = self(),
    T = ets:new(prot, [protected, named_table, {heir, S, inheritance}]),
    io:format("~p~n", [[ets:info(T, I) || I <- [protection, named_table, type, keypos, heir, owner]] -- [S, S]]),
    io:format("~p~n", [inside(fun() -> {c(fun() -> ets:insert(prot, {a}) end), c(fun() -> ets:lookup(prot, a) end)} end)]),
    P = ets:new(priv, [private]),
    io:format("~p~n", [inside(fun() -> {c(fun() -> ets:insert(P, {a}) end), c(fun() -> ets:lookup(P, a) end), ets:info(P, protection), ets:info(P, size)} end)]),
    {Q, M} = spawn_monitor(fun() -> X = ets:new(child, [{heir, S, {from, child}}]), ets:insert(X, {k, v}), exit(X) end),
    X = receive {'DOWN', M, process, Q, Tab} -> Tab end,
    io:format("~p~n", [{receive {'ETS-TRANSFER', X, Q, D} -> D end, ets:lookup(X, k), ets:info(X, owner) =:= S}]),
    R = spawn_link(fun() -> receive {'ETS-TRANSFER', Y, S, D2} -> S ! {had, D2, ets:info(Y, owner) =:= self(), ets:tab2list(Y)} end end),
    io:format("~p~n", [{ets:give_away(X, R, gift), receive {had, A, B, C} -> {A, B, C} end}]),
    timer:sleep(20),
    io:format("~p~n", [[is_list(ets:info(X)), c(fun() -> ets:insert(X, {a}) end)]]),
    io:format("~p~n", [[c(fun() -> ets:give_away(T, W, x) end) || W <- [S, R, a]]]),
    io:format("~p~n", [{ets:rename(T, newname), ets:whereis(prot), is_reference(ets:whereis(newname)), c(fun() -> ets:new(newname, [named_table]) end)}]),
    ets:setopts(newname, {heir, none}),
    io:format("~p~n", [{ets:info(newname, heir), ets:info(newname, name), lists:member(newname, ets:all()), ets:delete(newname), lists:member(newname, ets:all())}]).

inside(F) -> S = self(), spawn_link(fun() -> S ! {r, F()} end), receive {r, X} -> X end.
c(F) -> try F() catch C:R -> {C, R} end.
