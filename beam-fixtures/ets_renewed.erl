%% A table deleted and made anew under its name is another one for a continuation; the end is no key to go on from.
-module(ets_renewed).
-export([main/0]).

main() ->
    [renewed(Type) || Type <- [set, bag, duplicate_bag]],
    [io:format("~p~n", [{Type, [element(1, catch {F, ets:F(table(Type, Keys), '$end_of_table')}) || F <- [next, prev]]}])
        || Type <- [set, ordered_set, bag], Keys <- [[1, a], []]],
    T = table(ordered_set, [1, '$end_of_table', a]),
    io:format("~p~n", [[element(1, catch {F, ets:F(T, '$end_of_table')}) || F <- [next, prev]]]).

table(Type, Keys) -> T = ets:new(table, [Type]), ets:insert(T, [{K, 0} || K <- Keys]), T.

renewed(Type) ->
    New = fun() -> ets:new(renewed, [named_table, Type]), ets:insert(renewed, [{I, I rem 3} || I <- lists:seq(1, 10)]) end,
    New(),
    {Some, C} = ets:select(renewed, [{{'$1', 1}, [], ['$1']}], 2),
    {More, _} = ets:select(C),
    io:format("~p ~p ~p ~p~n", [Type, length(Some), length(More), Some -- More =:= Some]),
    ets:delete(renewed),
    io:format("~p~n", [element(1, catch ets:select(C))]),
    New(),
    io:format("~p~n", [element(1, catch ets:select(C))]),
    ets:delete(renewed).
