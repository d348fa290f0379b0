-module(exceptions).
-export([main/0]).
main() -> [io:format("~p~n", [t(F)]) || F <- [fun() -> throw(x) end, fun() -> exit(y) end, fun() -> error(z) end,
      fun() -> error(z, [1,2]) end, fun() -> id(1) + id(a) end, fun() -> 1 = id(2) end, fun() -> c(3) end, fun() -> nomod:nofun(1) end,
      fun() -> atom_to_list(1) end, fun() -> element(5,{a}) end, fun() -> (id(notfun))(1) end, fun() -> (fun(X) -> X end)(1,2) end,
      fun() -> hd([]) end, fun() -> if_(1) end, fun() -> maps:get(a, #{}) end, fun() -> try throw(a) after io:format("after~n") end end]], ok.
t(F) -> try F() catch C:R:S -> {C, R, [{M,Fn,A} || {M,Fn,A,_} <- S, M =/= exceptions, M =/= init, M =/= erl_eval]} end.
id(X) -> X. c(1) -> 1. if_(X) -> if X > 1 -> a; X < 1 -> b end.
