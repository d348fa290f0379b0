%% process_flag(save_calls, N): the last calls of a process.
-module(save_calls).
-export([main/0, outer/0, inner/1, applied/0]).

main() ->
    io:format("~p~n", [[process_flag(save_calls, 0), process_info(self(), last_calls)]]),
    io:format("~p~n", [[process_flag(save_calls, 20), process_flag(save_calls, 15)]]),
    ?MODULE:outer(),
    {last_calls, L} = process_info(self(), last_calls),
    io:format("~p~n", [own(L)]),
    process_flag(save_calls, 3),
    [?MODULE:inner(0) || _ <- lists:seq(1, 5)],
    {last_calls, M} = process_info(self(), last_calls),
    io:format("~p~n", [length(M)]),
    process_flag(save_calls, 0),
    io:format("~p~n", [process_info(self(), last_calls)]),
    P = spawn(fun loop/0),
    io:format("~p~n", [[erlang:process_flag(P, save_calls, 12), process_info(P, last_calls)]]),
    P ! {self(), go}, receive done -> ok end,
    {last_calls, N} = process_info(P, last_calls),
    io:format("~p~n", [own(N)]),
    process_flag(sensitive, true), process_flag(save_calls, 5), ?MODULE:inner(0),
    io:format("~p~n", [process_info(self(), last_calls)]),
    process_flag(sensitive, false),
    io:format("~p~n", [process_flag(save_calls, 0)]),
    io:format("~p~n", [erlang:process_flag(P, save_calls, 0)]),
    io:format("~p~n", [[try F() catch C:R -> {C, R} end || F <-
        [fun() -> process_flag(save_calls, -1) end, fun() -> process_flag(save_calls, 10001) end, fun() -> process_flag(save_calls, a) end,
         fun() -> erlang:process_flag(P, save_calls, 10001) end, fun() -> erlang:process_flag(P, trap_exit, true) end]]]),
    %% Functions that are loaded later, and traces beside it.
    process_flag(save_calls, 10),
    {module, _} = code:ensure_loaded(digraph_utils),
    digraph_utils:is_acyclic(digraph:new()),
    {last_calls, O} = process_info(self(), last_calls),
    io:format("~p~n", [O =/= []]),
    erlang:trace_pattern({?MODULE, applied, 0}, true, []),
    ?MODULE:applied(),
    erlang:trace_pattern({?MODULE, applied, 0}, false, []),
    ?MODULE:applied(),
    {last_calls, Q} = process_info(self(), last_calls),
    io:format("~p~n", [own(Q)]),
    %% What is raised for a caller shows the caller.
    io:format("~p~n", [try raises(1) catch error:badarg:Stack -> hd(Stack) end]),
    exit(P, kill).

raises(X) -> error(badarg, [X, shown], [{error_info, #{cause => why}}]).

own(L) -> [C || C <- L, is_atom(C) orelse element(1, C) =:= ?MODULE orelse C =:= {erlang, send, 2}].

loop() -> receive {From, go} -> ?MODULE:outer(), From ! done, loop() end.

outer() ->
    inner(0),
    self() ! something,
    ?MODULE:inner(0),
    F = fun ?MODULE:inner/1,
    F(1),
    apply(?MODULE, applied, []).

inner(T) -> receive something -> ok after T -> ok end.

applied() -> ok.
