%% sets, ordsets, gb_sets, gb_trees, dict, orddict, queue, array, digraph, proplists.
-module(stdlib_containers).
-export([main/0]).

main() ->
    [io:format("~p ~p~n", [M, setops(M)]) || M <- [ordsets, gb_sets, sets]],
    S2 = sets:from_list([1, 2, 3], [{version, 2}]),
    io:format("~p~n", [[sets:size(S2), sets:is_element(2, S2), lists:sort(sets:to_list(sets:union(S2, sets:from_list([9]))))]]),
    D = lists:foldl(fun({K, V}, A) -> dict:append(K, V, A) end, dict:new(), [{a, 1}, {b, 2}, {a, 3}]),
    io:format("~p~n", [[lists:sort(dict:to_list(D)), dict:fetch(a, D), dict:find(z, D), dict:size(dict:erase(a, D)), dict:fold(fun(_, V, N) -> length(V) + N end, 0, D)]]),
    T = lists:foldl(fun(K, A) -> gb_trees:enter(K, K * K, A) end, gb_trees:empty(), [5, 2, 8, 1, 9]),
    io:format("~p~n", [[gb_trees:to_list(T), gb_trees:smallest(T), gb_trees:largest(T), gb_trees:lookup(3, T), gb_trees:keys(gb_trees:delete(5, T)), element(1, gb_trees:take_smallest(T))]]),
    A = array:set(10, x, array:new([{default, d}])),
    io:format("~p~n", [[array:size(A), array:get(3, A), array:sparse_to_orddict(A), array:to_list(array:resize(3, A)), array:foldl(fun(_, V, N) -> {V, N} end, 0, array:from_list([a, b]))]]),
    Q = queue:in(3, queue:from_list([1, 2])),
    io:format("~p~n", [[queue:to_list(Q), queue:out(Q), queue:len(Q), queue:peek_r(Q), queue:to_list(queue:reverse(Q)), queue:split(1, Q), queue:member(2, Q)]]),
    io:format("~p~n", [[orddict:store(b, 2, orddict:from_list([{a, 1}, {c, 3}])), orddict:update_counter(a, 5, [{a, 1}]), proplists:get_value(a, [b, a, {a, 2}]), proplists:get_all_values(a, [{a, 1}, a]), proplists:compact([{a, true}, b]), proplists:unfold([a, {b, 1}])]]),
    G = digraph:new(), [digraph:add_vertex(G, V) || V <- [1, 2, 3, 4]], [digraph:add_edge(G, X, Y) || {X, Y} <- [{1, 2}, {2, 3}, {3, 1}]],
    io:format("~p~n", [[lists:sort(digraph:vertices(G)), digraph:get_path(G, 1, 3), digraph:get_cycle(G, 2) =/= false, lists:sort(lists:map(fun lists:sort/1, digraph_utils:components(G)))]]).

setops(M) ->
    A = M:from_list([3, 1, 2, 3]), B = M:from_list([2, 4]),
    L = fun(S) -> lists:sort(M:to_list(S)) end,
    [L(A), M:size(A), M:is_element(1, A), L(M:add_element(9, A)), L(M:del_element(1, A)), L(M:union(A, B)), L(M:intersection(A, B)), L(M:subtract(A, B)), M:is_subset(B, A), M:is_disjoint(A, M:from_list([7])), L(M:filter(fun(X) -> X > 1 end, A)), M:fold(fun(X, S) -> X + S end, 0, A)].
