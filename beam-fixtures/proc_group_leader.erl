%% Group leaders: inherited, set for others, asked by the io protocol.
-module(proc_group_leader).
-export([main/0]).

main() ->
    S = self(),
    GL = spawn_link(fun() -> leader([]) end),
    Old = group_leader(),
    group_leader(GL, self()),
    io:format("to the leader ~p~n", [1]),
    io:put_chars(["chars", $x, <<"bin">>]),
    spawn(fun() -> io:format("from a child~n"), S ! done end), receive done -> ok end,
    group_leader(Old, self()),
    GL ! {S, stop},
    Said = receive {said, L} -> L end,
    io:format("~p~n", [Said]),
    P = spawn(fun() -> receive go -> S ! {gl, group_leader()} end end),
    group_leader(S, P), P ! go,
    io:format("~p~n", [receive {gl, X} -> X =:= S end]),
    io:format("~p~n", [[try group_leader(A, B) catch C:R -> {C, R} end || {A, B} <- [{a, S}, {S, b}]]]),
    io:format("~p~n", [process_info(P, group_leader)]).

leader(Acc) ->
    receive
        {io_request, F, R, {put_chars, unicode, Cs}} -> F ! {io_reply, R, ok}, leader([unicode:characters_to_list(Cs) | Acc]);
        {io_request, F, R, {put_chars, unicode, M, Fn, A}} -> F ! {io_reply, R, ok}, leader([lists:flatten(apply(M, Fn, A)) | Acc]);
        {S, stop} -> S ! {said, lists:reverse(Acc)}
    end.
