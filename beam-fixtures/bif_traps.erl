%% Natives that take long and yield: long lists, large binaries, big terms, in several processes at once.
-module(bif_traps).
-export([main/0]).

main() ->
    S = self(),
    L = lists:seq(1, 300000), B = binary:copy(<<"abcdefgh">>, 200000),
    Jobs = [fun() -> length(L ++ L) end, fun() -> length(lists:reverse(L)) end, fun() -> length(L -- lists:seq(1, 300000, 2)) end, fun() -> byte_size(term_to_binary(L)) end, fun() -> length(binary_to_term(term_to_binary(L))) end,
        fun() -> erlang:phash2(L) end, fun() -> erlang:md5(B) end, fun() -> length(binary:matches(B, <<"de">>)) end, fun() -> length(binary_to_list(B)) end, fun() -> byte_size(list_to_binary(binary_to_list(B))) end, fun() -> byte_size(unicode:characters_to_binary(lists:sublist(L, 50000))) end,
        fun() -> lists:member(300000, L) end, fun() -> lists:keyfind(300000, 1, [{I} || I <- L]) end, fun() -> size(list_to_tuple(L)) end, fun() -> map_size(maps:from_list([{I, I} || I <- L])) end, fun() -> erlang:crc32(B) end, fun() -> length(integer_to_list(1 bsl 20000)) end],
    [spawn_link(fun() -> S ! {I, J()} end) || {I, J} <- lists:zip(lists:seq(1, length(Jobs)), Jobs)],
    [receive {I, R} -> io:format("~p ~p~n", [I, R]) end || I <- lists:seq(1, length(Jobs))].
