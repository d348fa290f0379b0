%% Monitors: names, dead processes, demonitor with flush and info, many on one, tags and aliases.
-module(proc_monitors).
-export([main/0]).

main() ->
    Self = self(),
    P = spawn(fun() -> receive stop -> exit(done) end end),
    Rs = [erlang:monitor(process, P) || _ <- lists:seq(1, 5)],
    io:format("~p~n", [length(element(2, process_info(self(), monitors)))]),
    io:format("~p~n", [erlang:demonitor(hd(Rs), [info, flush])]),
    P ! stop,
    io:format("~p~n", [[receive {'DOWN', R, process, P, W} -> W end || R <- tl(Rs)]]),
    R1 = erlang:monitor(process, P),
    io:format("~p~n", [receive {'DOWN', R1, process, P, W1} -> W1 end]),
    R2 = erlang:monitor(process, no_such_name),
    io:format("~p~n", [receive {'DOWN', R2, process, Who, W2} -> {Who, W2} end]),
    io:format("~p~n", [[erlang:demonitor(make_ref()), erlang:demonitor(make_ref(), [info]), catch erlang:demonitor(x)] =:= [true, false, x]]),
    Q = spawn(fun() -> receive {From, Ref} -> From ! {alias_ok, Ref}, Ref ! to_alias end, receive die -> ok end end),
    A = erlang:monitor(process, Q, [{alias, reply_demonitor}, {tag, my_tag}]),
    Q ! {Self, A},
    io:format("~p~n", [[receive {alias_ok, A} -> one end, receive to_alias -> two end]]),
    Q ! die,
    io:format("~p~n", [receive {my_tag, A, _, _, _} -> still after 50 -> gone end]),
    T = erlang:monitor(process, Q, [{tag, {my, tag}}]),
    io:format("~p~n", [receive {{my, tag}, T, process, Q, Z} -> Z end]),
    register(named, spawn(fun() -> receive x -> exit(from_named) end end)),
    N = erlang:monitor(process, named), named ! x,
    io:format("~p~n", [receive {'DOWN', N, process, {named, Node}, Why} -> {Node =:= node(), Why} end]).
