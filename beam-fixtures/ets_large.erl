%% Tables with many and large objects; binaries; tables as files and lists; keypos.
-module(ets_large).
-export([main/0]).

main() ->
    T = ets:new(t, [{keypos, 2}, {write_concurrency, true}, {read_concurrency, true}, compressed]),
    [ets:insert(T, {x, I, <<I:1000>>, lists:seq(1, I rem 20)}) || I <- lists:seq(1, 20000)],
    io:format("~p~n", [{ets:info(T, size), ets:info(T, keypos), ets:info(T, compressed), erlang:phash2(ets:lookup(T, 777))}]),
    io:format("~p~n", [erlang:phash2(lists:sort(ets:match(T, {'_', '$1', '_', [1, 2]})))]),
    io:format("~p~n", [ets:foldl(fun({_, I, B, L}, A) -> A + I + byte_size(B) + length(L) end, 0, T)]),
    U = ets:new(u, [ordered_set]),
    ets:insert(U, [{I, I} || I <- lists:seq(1, 100)]),
    io:format("~p~n", [{lists:sum([K || {K, _} <- ets:tab2list(U)]), ets:select_count(U, [{{'$1', '$1'}, [{'>', '$1', 50}], [true]}])}]).
