%% The module `maps`, the functions of `erlang` on maps, and comparisons of maps, on both sides of where they become trees.
-module(prop_maps).
-export([one/0]).
-import(prop_gen, [below/1, one_of/1, often/2, many/2, map/0, map/2, key/0, term/1]).
-import(prop_run, [call/3, attempt/2]).

one() ->
    M = some_map(),
    K = key_of(M),
    case below(22) of
        0 -> call(maps, one_of([get, find, is_key, remove, take]), [K, M]);
        1 -> call(maps, get, [K, M, default]);
        2 -> call(maps, one_of([put, update]), [K, term(1), M]);
        3 -> call(erlang, one_of([map_get, is_map_key]), [K, M]);
        4 -> call(erlang, one_of([map_size, is_map]), [M]);
        5 -> call(maps, size, [M]);
        6 -> attempt({keys, M}, fun() -> prop_run:sorted(maps:keys(M)) end);
        7 -> attempt({values, M}, fun() -> prop_run:sorted(maps:values(M)) end);
        8 -> call(maps, from_list, [often(4, {fun pairs/0, fun() -> pairs() ++ [one_of([a, {a}, {1, 2, 3}])] end})]);
        9 -> call(maps, from_keys, [[X || {X, _} <- pairs()], term(1)]);
        N when N < 12 -> call(maps, merge, [M, some_map()]);
        12 -> call(maps, merge_with, [fun(_, A, B) -> [A | B] end, M, some_map()]);
        13 -> call(maps, one_of([intersect, without, with]), one_of([[M, some_map()], [[K, a, 1], M], [[X || {X, _} <- pairs()], M]]));
        14 -> call(maps, intersect_with, [fun(_, A, B) -> [A | B] end, M, some_map()]);
        15 -> call(maps, one_of([map, filter, filtermap]), [one_of([fun(_, V) -> is_atom(V) end, fun(Key, _) -> Key > 3 end, fun(_, _) -> error(raised) end]), often(8, {M, maps:iterator(M)})]);
        16 -> call(maps, update_with, [K, fun(V) -> [V] end | one_of([[M], [init, M]])]);
        17 -> attempt({iterator, M}, fun() -> prop_run:sorted(walk(maps:next(maps:iterator(M)))) end);
        18 -> attempt({syntax, M, K}, fun() -> {M#{K => 1}, M#{K := 2, 1 => 3}} end);
        19 -> updates(M);
        20 -> compared(M, often(2, {fun() -> near(M) end, fun some_map/0}));
        21 -> attempt({matches, M, K}, fun() -> #{K := V, 1 := W} = M, {V, W} end)
    end.

some_map() -> often(2, {fun prop_gen:map/0, fun() -> map(one_of([20, 40, 100]), fun() -> below(60) end) end}).
key_of(M) ->
    case map_size(M) of
        N when N > 0 -> often(3, {fun() -> one_of(prop_run:sorted(maps:keys(M))) end, fun prop_gen:key/0});
        _ -> key()
    end.
pairs() -> Keys = many(one_of([4, 33, 70]), fun prop_gen:key/0), [{K, term(1)} || K <- Keys ++ lists:sublist(Keys, 5)].

walk(none) -> [];
walk({K, V, I}) -> [{K, V} | walk(maps:next(I))].

%% The same by another way, or almost the same.
near(M) ->
    Same = maps:from_list(lists:reverse(maps:to_list(M))),
    case below(4) of
        0 -> maps:put(key(), 1, Same);
        1 -> maps:remove(key_of(M), Same);
        2 -> maps:map(fun(_, V) when V =:= 1 -> 1.0; (_, V) -> V end, Same);
        _ -> Same
    end.

compared(A, B) ->
    attempt({compared, A, B}, fun() ->
        {A == B, A =:= B, [{X < Y, X =< Y} || X <- [A, {A}], Y <- [B, {B}]], erlang:phash2(A) =:= erlang:phash2(B)}
    end).

%% Grows and shrinks over the limit.
updates(M) ->
    Steps = many(80, fun() -> {one_of([put, put, remove, update]), often(3, {fun() -> below(50) end, fun prop_gen:key/0})} end),
    Step = fun
        ({put, K}, A) -> A#{K => put};
        ({remove, K}, A) -> maps:remove(K, A);
        ({update, K}, A) -> maps:update_with(K, fun(V) -> [V] end, new, A)
    end,
    attempt({updates, M, Steps}, fun() -> R = lists:foldl(Step, M, Steps), {map_size(R), erlang:phash2(R), R} end).
