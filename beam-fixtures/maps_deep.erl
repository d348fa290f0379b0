%% Maps within maps, as trees, many versions of one alive at once.
-module(maps_deep).
-export([main/0]).

main() ->
    T = lists:foldl(fun(I, T) -> insert([I rem 7, I rem 11, I], I, T) end, #{}, lists:seq(1, 2000)),
    io:format("~p~n", [{sum(T), erlang:phash2(T)}]),
    Versions = [T#{v => V, 3 => V} || V <- lists:seq(1, 200)],
    erlang:garbage_collect(),
    io:format("~p~n", [lists:sum([maps:get(v, V) + maps:size(V) || V <- Versions])]),
    Words = [list_to_atom([$a + (I * 7) rem 26, $a + (I * 3) rem 26]) || I <- lists:seq(1, 3000)],
    Counts = lists:foldl(fun(W, M) -> maps:update_with(W, fun(N) -> N + 1 end, 1, M) end, #{}, Words),
    io:format("~p~n", [lists:sublist(lists:sort(maps:to_list(Counts)), 10)]).

insert([K], V, M) -> M#{K => V};
insert([K | Ks], V, M) -> M#{K => insert(Ks, V, maps:get(K, M, #{}))}.

sum(M) when is_map(M) -> maps:fold(fun(_, V, A) -> A + sum(V) end, 0, M);
sum(N) -> N.
