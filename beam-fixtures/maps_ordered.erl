-module(maps_ordered).
-export([main/0]).
%% Iterators with an order came with OTP 26; before that there is nothing to show.
main() ->
    case erlang:function_exported(maps, iterator, 2) of
        true -> [show(N) || N <- [0, 1, 5, 32, 33, 300]];
        false -> io:format("no ordered iterators~n")
    end,
    ok.
show(N) ->
    M = maps:from_list([{I * 7 rem 311, I} || I <- lists:seq(1, N)]),
    [io:format("~p ~p~n", [maps:to_list(I), walk(maps:next(I))])
     || I <- [maps:iterator(M, ordered), maps:iterator(M, reversed)]].
walk(none) -> [];
walk({K, V, I}) -> [K + V | walk(maps:next(I))].
