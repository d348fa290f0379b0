%% match, match_object and match_delete with every shape of pattern, in each type of table.
-module(ets_match_objects).
-export([main/0]).

main() -> [one(T) || T <- [set, ordered_set, bag, duplicate_bag]].

one(Type) ->
    T = ets:new(t, [Type]),
    ets:insert(T, [{a, 1, x}, {b, 2, y}, {c, 1, {x, y}}, {{d, 1}, [1, 2], #{k => v}}, {e, <<"bin">>, "str"}, {1, 2, 3}, {2.5, 2, 4}, {a, 1, z}]),
    Ps = ['_', '$1', {'_', '_', '_'}, {'$1', '$2', '_'}, {'$2', '$1', '$2'}, {a, '_', '$1'}, {'$1', 1, '_'}, {'_', '$1', {x, '$2'}}, {{'$1', '$2'}, ['$3' | '$4'], '_'}, {'$1', '_', #{k => '$2'}}, {1, '$1', '$2'}, {'$1', <<"bin">>, '_'}, {'$10', '$3', '_'}, {a, b}, {x, x, x}],
    [io:format("~p ~p ~p~n", [Type, P, {lists:sort(ets:match(T, P)), length(ets:match_object(T, P))}]) || P <- Ps],
    io:format("~p~n", [{ets:match_delete(T, {'_', 1, '_'}), lists:sort(ets:tab2list(T))}]).
