-module(bits_match).
-export([main/0]).
main() -> B = <<16#DEADBEEFCAFEBABE1234:80>>,
    [begin <<_:N, X:S, R/bits>> = B, io:format("~p ~p ~p ~p~n", [N,S,X,R]) end || N <- lists:seq(0,15), S <- [1,3,7,8,13,16,24,33,60,64]],
    [begin <<_:N, X:S/little-signed, _/bits>> = B, io:format("~p~n", [X]) end || N <- [0,1,5,8], S <- [4,8,12,16,32,63]],
    <<F:64/float, G:32/float-little>> = <<1.5:64/float, 2.25:32/float-little>>, io:format("~p ~p~n", [F,G]),
    io:format("~p~n", [[case X of <<1:2,_/bits>> -> a; <<2:2,Y:6>> -> {b,Y}; <<"abc",R/binary>> -> {c,R}; _ -> d end || X <- [<<64>>,<<130>>,<<"abcd">>,<<>>,<<255,1>>]]]), ok.
