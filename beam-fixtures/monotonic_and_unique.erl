%% References, unique integers and pids: distinct, ordered where promised, printable and parsable.
-module(monotonic_and_unique).
-export([main/0]).

main() ->
    Rs = [make_ref() || _ <- lists:seq(1, 1000)],
    io:format("~p~n", [{length(lists:usort(Rs)), is_reference(hd(Rs)), hd(Rs) =:= hd(Rs)}]),
    Us = [erlang:unique_integer([monotonic, positive]) || _ <- lists:seq(1, 1000)],
    io:format("~p~n", [{Us =:= lists:usort(Us), hd(Us) > 0}]),
    S = self(), [spawn(fun() -> S ! {u, [erlang:unique_integer() || _ <- lists:seq(1, 1000)]} end) || _ <- [1, 2, 3, 4]],
    io:format("~p~n", [length(lists:usort(lists:append([receive {u, L} -> L end || _ <- [1, 2, 3, 4]])))]),
    io:format("~p~n", [[list_to_pid(pid_to_list(S)) =:= S, list_to_ref(ref_to_list(hd(Rs))) =:= hd(Rs), list_to_port(port_to_list(hd(erlang:ports()))) =:= hd(erlang:ports())]]),
    io:format("~p~n", [[try F() catch C:R -> {C, R} end || F <- [fun() -> list_to_pid("<1>") end, fun() -> list_to_ref("x") end, fun() -> list_to_port("#Port<a>") end, fun() -> pid_to_list(a) end]]]).
