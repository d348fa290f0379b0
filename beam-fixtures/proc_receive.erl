%% Selective receive: skipping, timeouts of 0, infinity and odd values, markers, nested receives.
-module(proc_receive).
-export([main/0]).

main() ->
    [self() ! {m, I} || I <- lists:seq(1, 100)],
    io:format("~p~n", [[receive {m, I} -> I end || I <- [50, 1, 100, 2]]]),
    io:format("~p~n", [receive nothing -> x after 0 -> timeout end]),
    io:format("~p~n", [length(flush([]))]),
    io:format("~p~n", [[c(fun() -> receive x -> y after T -> timeout end end) || T <- [0, 1, id(-1), id(a), id(1.5), 16#ffffffff + 1]]]),
    io:format("~p~n", [[call(P, X) || P <- [spawn(fun() -> server() end)], X <- lists:seq(1, 10)]]),
    [self() ! junk || _ <- lists:seq(1, 10000)],
    io:format("~p~n", [[call(P, X) || P <- [spawn(fun() -> server() end)], X <- lists:seq(1, 10)]]),
    io:format("~p~n", [length(flush([]))]),
    self() ! a, self() ! b, self() ! c,
    io:format("~p~n", [receive b -> receive a -> receive c -> nested end end end]),
    self() ! {x, 1}, self() ! {y, 2},
    io:format("~p~n", [receive {K, V} when K =:= y, V > 1 -> {K, V} after 10 -> none end]),
    io:format("~p~n", [flush([])]),
    io:format("~p~n", [(fun() -> T0 = erlang:monotonic_time(millisecond), receive after 30 -> ok end, erlang:monotonic_time(millisecond) - T0 >= 30 end)()]),
    %% Who waits for nothing, for ever, is woken by signals all the same.
    Sleeper = spawn(fun() -> timer:sleep(id(infinity)) end),
    io:format("~p~n", [[begin Wake(), call(spawn(fun() -> server() end), 3), timer:sleep(5), is_process_alive(Sleeper) end
        || Wake <- [fun() -> Sleeper ! hello end, fun() -> garbage_collect(Sleeper) end, fun() -> Sleeper ! again end]]]).

call(P, X) ->
    R = make_ref(),
    P ! {self(), R, X},
    receive {R, Y} -> Y end.

server() -> receive {F, R, X} -> F ! {R, X * X}, server() end.
flush(A) -> receive X -> flush([X | A]) after 0 -> lists:reverse(A) end.
c(F) -> try F() catch C:R -> {C, R} end.
id(X) -> X.
