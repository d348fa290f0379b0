%% spawn in all forms: funs, MFAs, options, monitors, requests, and what is wrong with them.
-module(proc_spawn).
-export([main/0, say/2]).

main() ->
    S = self(),
    [spawn(?MODULE, say, [S, 1]), spawn(fun() -> say(S, 2) end), spawn_link(?MODULE, say, [S, 3]), spawn(node(), ?MODULE, say, [S, 4]), spawn(node(), fun() -> say(S, 5) end),
     spawn_opt(?MODULE, say, [S, 6], [link, {priority, low}]), proc_lib:spawn(?MODULE, say, [S, 7]), element(1, spawn_monitor(?MODULE, say, [S, 8])), spawn_link(node(), fun() -> say(S, 9) end)],
    io:format("~p~n", [lists:sort([receive {said, X} -> X end || _ <- lists:seq(1, 9)])]),
    io:format("~p~n", [receive {'DOWN', _, process, _, W} -> W end]),
    R = spawn_request(?MODULE, say, [S, 10], [{reply_tag, tagged}]),
    io:format("~p~n", [receive {tagged, R, ok, P} when is_pid(P) -> spawned end]),
    io:format("~p~n", [receive {said, Y} -> Y end]),
    R2 = spawn_request(?MODULE, say, [S, 11], [{reply, no}]),
    io:format("~p~n", [{receive {said, Z} -> Z end, receive {spawn_reply, R2, _, _} -> reply after 30 -> no_reply end, spawn_request_abandon(R2)}]),
    io:format("~p~n", [[c(F) || F <- [fun() -> spawn(a) end, fun() -> spawn_link(a) end, fun() -> spawn(a, b, c) end, fun() -> spawn_opt(fun() -> ok end, [bad]) end, fun() -> spawn_opt(fun() -> ok end, x) end,
        fun() -> spawn(1, fun() -> ok end) end, fun() -> spawn_request(a) end, fun() -> spawn_request(m, f, [a | b], [monitor]) end, fun() -> spawn_request(m, f, [a | b], [monitors]) end, fun() -> spawn_request("m", f, [], []) end, fun() -> spawn_request(m, 1, [], []) end, fun() -> spawn_monitor(fun(_, _) -> ok end) end, fun() -> spawn_opt(fun() -> ok end, [{priority, x}]) end]]]),
    {Q, M} = spawn_opt(fun() -> exit(opt) end, [monitor]),
    io:format("~p~n", [receive {'DOWN', M, process, Q, W2} -> W2 end]),
    {Q2, M2} = spawn_opt(fun() -> exit(tagged) end, [{monitor, [{tag, mine}]}]),
    io:format("~p~n", [receive {mine, M2, process, Q2, W3} -> W3 end]).

say(To, X) -> To ! {said, X}.
c(F) -> try F() catch C:R -> {C, element(1, {R})} end.
