%% The maps module.
-module(maps_library).
-export([main/0]).

main() ->
    M = #{b => 2, a => 1, c => 3},
    io:format("~p~n", [[maps:keys(M), maps:values(M), maps:to_list(M), maps:map(fun(_, V) -> V * 2 end, M), maps:filter(fun(_, V) -> V > 1 end, M)]]),
    io:format("~p~n", [[maps:fold(fun(K, V, A) -> [{K, V} | A] end, [], M), maps:merge(M, #{a => x, d => y}), maps:merge_with(fun(_, X, Y) -> {X, Y} end, M, #{a => x, d => y})]]),
    io:format("~p~n", [[maps:with([a, z], M), maps:without([a, z], M), maps:take(a, M), maps:take(z, M), maps:find(a, M), maps:find(z, M)]]),
    io:format("~p~n", [[maps:put(a, 9, M), maps:update_with(a, fun(X) -> -X end, M), maps:update_with(z, fun(X) -> X end, 0, M), maps:get(q, M, d)]]),
    io:format("~p~n", [[maps:from_keys([x, y], 1), maps:intersect(M, #{a => z}), maps:groups_from_list(fun(X) -> X rem 3 end, [1, 2, 3, 4, 5]), maps:filtermap(fun(_, V) -> V > 1 andalso {true, V + 1} end, M)]]),
    I = maps:iterator(M),
    io:format("~p~n", [iterate(maps:next(I), [])]),
    Big = maps:from_list([{N, N} || N <- lists:seq(1, 1000)]),
    io:format("~p~n", [{lists:sum(iterate(maps:next(maps:iterator(Big)), [])), maps:fold(fun(_, V, A) -> V + A end, 0, Big)}]),
    io:format("~p~n", [[c(F) || F <- [fun() -> maps:keys(a) end, fun() -> maps:merge(M, 1) end, fun() -> maps:from_list([a]) end, fun() -> maps:put(a, 1, []) end,
        fun() -> maps:remove(a, b) end, fun() -> maps:fold(x, 0, M) end, fun() -> maps:find(a, 1) end, fun() -> maps:from_keys(a, 1) end]]]).

iterate({K, V, I}, A) when is_atom(K) -> iterate(maps:next(I), [{K, V} | A]);
iterate({_, V, I}, A) -> iterate(maps:next(I), [V | A]);
iterate(none, A) -> A.

c(F) -> try F() catch C:R -> {C, R} end.
