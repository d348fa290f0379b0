-module(select).
-export([main/0]).
main() -> io:format("~p~n", [[s(X) || X <- [0,1,2,3,4,5,6,100,-1,a,b,c,d,e,1.5,1 bsl 70,"x",{a},{a,b},{a,b,c}]]]), ok.
s(0) -> z; s(1) -> o; s(2) -> t; s(3) -> th; s(4) -> f; s(5) -> fi; s(a) -> aa; s(b) -> bb; s(c) -> cc; s(1.5) -> fl;
s(16#400000000000000000) -> big; s({_}) -> t1; s({_,_}) -> t2; s({_,_,_}) -> t3; s(X) when is_integer(X), X > 50 -> large; s(_) -> other.
