%% The catch expression: all classes, nested, in arguments, in guards of receive, with traces.
-module(old_catch).
-export([main/0]).

main() ->
    io:format("~p~n", [catch throw(x)]),
    io:format("~p~n", [catch exit(x)]),
    io:format("~p~n", [cut(catch error(x))]),
    io:format("~p~n", [cut(catch error(x, [1, 2]))]),
    io:format("~p~n", [{catch 1 + throw(a), catch [catch throw(b), exit(c)], catch catch throw(d)}]),
    io:format("~p~n", [[catch f(X) || X <- [1, 2, 3, 4]]]),
    X = (catch throw({'EXIT', fake})),
    io:format("~p~n", [X]),
    io:format("~p~n", [cut(catch id(a) + id(1))]).

f(1) -> one;
f(2) -> throw(two);
f(3) -> exit(three);
f(_) -> (catch throw(in)) =:= in.

cut({'EXIT', {R, [{M, F, A, _} | _]}}) -> {'EXIT', R, M, F, A};
cut(X) -> X.
id(X) -> X.
