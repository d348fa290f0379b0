%% Registered names: register, whereis, send, unregister, at exit, and all the errors.
-module(proc_names).
-export([main/0]).

main() ->
    P = spawn(fun() -> loop() end),
    io:format("~p~n", [{register(alpha, P), whereis(alpha) =:= P, process_info(P, registered_name), lists:member(alpha, registered())}]),
    alpha ! {self(), hello},
    io:format("~p~n", [receive {reply, X} -> X end]),
    {alpha, node()} ! {self(), again},
    io:format("~p~n", [receive {reply, Y} -> Y end]),
    io:format("~p~n", [[c(F) || F <- [fun() -> register(alpha, self()) end, fun() -> register(beta, P) end, fun() -> register(undefined, P) end, fun() -> register("x", P) end,
        fun() -> unregister(nobody) end, fun() -> nobody ! x end, fun() -> whereis("x") end, fun() -> register(gamma, spawn(fun() -> ok end)), timer:sleep(10) end]]]),
    io:format("~p~n", [{unregister(alpha), whereis(alpha), process_info(P, registered_name), register(beta, P)}]),
    M = erlang:monitor(process, P),
    exit(P, kill), receive {'DOWN', M, _, _, _} -> ok end,
    io:format("~p~n", [{whereis(beta), erlang:send({nobody, node()}, x), c(fun() -> erlang:send(nobody, x) end)}]).

loop() -> receive {From, M} -> From ! {reply, M}, loop() end.
c(F) -> try F() of _ -> ok catch C:R -> {C, R} end.
