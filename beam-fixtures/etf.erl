-module(etf).
-export([main/0]).
main() -> L = [0,255,256,-1,1 bsl 40,-(1 bsl 70),1.5,a,'\x{e5}',"str",[1,2|3],{},{a,{b}},<<>>,<<1,2,3:5>>,#{a=>1,b=>[2]},[],lists:seq(1,300)],
    [begin B = term_to_binary(T), io:format("~p~n~p~n", [B, binary_to_term(B) =:= T]) end || T <- L],
    io:format("~p~n", [[erlang:phash2(T) || T <- L]]), io:format("~p~n", [catch binary_to_term(<<131,255>>)]), ok.
