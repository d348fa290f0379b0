-module(lists_1).
-export([main/0]).
main() -> L = [3,1,2,5,4,3.0,a,{1},"s",<<"b">>,#{}],
    io:format("~p~n~p~n~p~n", [lists:sort(L), lists:usort(L++L), lists:reverse(L)]),
    io:format("~p~n", [[L -- [3,a], [1,2,3,2,1] -- [2,1], lists:seq(1,50) -- lists:seq(1,50,3)]]),
    io:format("~p~n", [{lists:keyfind(2,1,[{1,a},{2.0,b},{2,c}]), lists:member(3.0,L), lists:keysearch(x,1,[])}]),
    io:format("~p~n", [catch lists:reverse([a|b])]),
    io:format("~p~n", [catch length([1|2])]), ok.
