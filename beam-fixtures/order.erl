-module(order).
-export([main/0]).
main() -> L = [1, 1.0, 2, a, b, 'A', {}, {1}, {1,2}, [], [1], [1|2], "ab", <<>>, <<1>>, <<1:3>>, #{}, #{a=>1}, #{a=>2,b=>1}, self(), 1 bsl 70, -1.5e300],
    io:format("~p~n", [[{A < B, A == B, A =:= B, A =< B} || A <- L, B <- L]]), ok.
