%% All comparison operators between terms of all kinds, and sorting by them.
-module(comparisons).
-export([main/0]).

main() ->
    Ts = [1, 1.0, 2, 1 bsl 60, float(1 bsl 60), 1 bsl 53 + 1, 9007199254740992.0, a, ab, {}, {1}, {1.0}, {a, b}, [], [1], [1.0], "ab",
          #{}, #{1 => a}, #{1.0 => a}, #{a => 1, b => 2}, <<>>, <<1>>, <<1:3>>, -0.0, 0.0, 0],
    [io:format("~w: ~s~n", [A, [code(A, B) || B <- Ts]]) || A <- Ts],
    io:format("~w~n~w~n~w~n", [lists:sort(Ts), lists:usort(Ts), lists:sort(fun(A, B) -> A >= B end, Ts)]),
    io:format("~w~n", [{max(1, 1.0), max(1.0, 1), min(1, 1.0), min(1.0, 1), max(#{a => 1}, #{a => 1.0})}]).

code(A, B) ->
    Bits = [A < B, A =< B, A == B, A =:= B, A /= B, A =/= B, A > B, A >= B],
    integer_to_list(lists:foldl(fun(X, N) -> N * 2 + (if X -> 1; true -> 0 end) end, 0, Bits), 16) ++ " ".
