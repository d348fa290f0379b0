%% Records updated in place and copied, old versions kept alive, updates within loops and funs.
-module(update_records).
-export([main/0]).
-record(s, {n = 0, list = [], map = #{}, tag}).

main() ->
    S = lists:foldl(fun(I, S0) -> S0#s{n = S0#s.n + I, list = [I | S0#s.list]} end, #s{tag = t}, lists:seq(1, 100)),
    io:format("~p ~p~n", [S#s.n, length(S#s.list)]),
    History = history(50, #s{}, []),
    erlang:garbage_collect(),
    io:format("~p~n", [[{N, length(L)} || #s{n = N, list = L} <- History]]),
    io:format("~p~n", [both(#s{n = 1})]),
    io:format("~p~n", [[F(#s{n = 9}) || F <- [fun(R) -> R#s{n = 1} end, fun(R) -> (R#s{tag = x})#s{n = 2, list = []} end, fun(#s{n = N} = R) when N > 5 -> R#s{map = (R#s.map)#{N => N}} end]]]),
    io:format("~p~n", [catch element(1, element(2, catch (id(not_one))#s{n = 1}))]).

history(0, _, Acc) -> Acc;
history(N, S, Acc) -> S2 = S#s{n = N, list = lists:duplicate(N rem 7, N)}, history(N - 1, S2, [S2 | Acc]).
both(S) -> A = S#s{n = 2}, B = A#s{n = 3, tag = b}, {S, A, B, A =:= B, S#s.n + A#s.n + B#s.n}.
id(X) -> X.
