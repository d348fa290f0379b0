-module(arith_small).
-export([main/0]).
main() -> [io:format("~p~n", [X]) || X <- ops()], ok.
ops() -> L = [0,1,-1,7,-7,1 bsl 58,-(1 bsl 58),(1 bsl 59)-1,-(1 bsl 59),1 bsl 59],
    [{A,B,A+B,A-B,A*B,d(A,B),A band B,A bor B,A bxor B,bnot A} || A <- L, B <- L].
d(_,0) -> none; d(A,B) -> {A div B, A rem B, A/B}.
