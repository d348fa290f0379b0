-module(funs_1).
-export([main/0]).
main() -> Fs = [fun(X) -> X + N end || N <- [1,2,3]], io:format("~p~n", [[F(10) || F <- Fs]]),
    G = fun lists:reverse/1, io:format("~p ~p~n", [G([1,2,3]), G]), io:format("~p~n", [apply(lists, sum, [[1,2,3]])]),
    H = fun Loop(0) -> done; Loop(N) -> Loop(N-1) end, io:format("~p~n", [H(10000)]),
    io:format("~p~n", [[is_function(G, 1), is_function(G, 2), erlang:fun_info(G, arity)]]), ok.
