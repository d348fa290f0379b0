%% What monitors see of processes that end in every way.
-module(exits_uncaught).
-export([main/0]).

main() ->
    Ends = [fun() -> ok end, fun() -> exit(normal) end, fun() -> exit({a, 1}) end, fun() -> error(bad) end, fun() -> throw(ball) end, fun() -> 2 = id(1) end,
            fun() -> undef_mod:f() end, fun() -> exit(self(), kill), receive never -> ok end end, fun() -> exit(kill) end, fun() -> if_none(3) end, fun() -> case id(7) of 8 -> ok end end,
            fun() -> (id(5))() end, fun() -> try id(1) of 2 -> ok catch _:_ -> no end end, fun() -> id(a) + id(1) end, fun() -> (id(fun(X) -> X end))(1, 2) end],
    [io:format("~p~n", [down(F)]) || F <- Ends].

down(F) ->
    {P, R} = spawn_monitor(F),
    receive
        {'DOWN', R, process, P, {{badfun, _} = W, [T | _]}} -> {W, T};
        {'DOWN', R, process, P, {{badarity, {Fun, A}}, [T | _]}} when is_function(Fun) -> {badarity, A, T};
        {'DOWN', R, process, P, Why} -> Why
    end.

if_none(X) -> if X > 5 -> a; X < 0 -> b end.
id(X) -> X.
