%% try, catch, after and of in all shapes, nested, with values that cross them.
-module(try_shapes).
-export([main/0]).

main() ->
    [io:format("~p~n", [{F, K, catch_all(F, K)}]) || F <- [plain, of_, after_, nested, rethrow, in_of, in_catch, in_after], K <- [ok, throw, error, exit]],
    io:format("~p~n", [erase(log)]).

catch_all(F, K) -> try shape(F, K) catch C:R -> {caught, C, R} end.

shape(plain, K) -> try act(K) catch throw:X -> {t, X}; error:X -> {e, X} end;
shape(of_, K) -> try act(K) of ok -> fine; Y -> Y catch _:X -> {any, X} end;
shape(after_, K) -> try act(K) after log(cleanup) end;
shape(nested, K) -> try (try act(K) after act(throw) end) catch throw:X -> {inner, X} end;
shape(rethrow, K) -> try act(K) catch C:X:S -> erlang:raise(C, {again, X}, S) end;
shape(in_of, K) -> try ok of ok -> act(K) catch _:_ -> not_here end;
shape(in_catch, K) -> try act(throw) catch throw:_ -> act(K) after log(in_catch) end;
shape(in_after, K) -> try done after (catch act(K)), log(in_after) end.

act(ok) -> ok;
act(throw) -> throw(ball);
act(error) -> error(oops);
act(exit) -> exit(bye).

log(X) -> put(log, [X | case get(log) of undefined -> []; L -> L end]).
