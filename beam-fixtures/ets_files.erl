%% tab2file, file2tab, ets:table with qlc-free traversals, init_table, to_dets-free copies.
-module(ets_files).
-export([main/0]).

main() ->
    T = ets:new(saved, [ordered_set, {keypos, 1}]),
    ets:insert(T, [{I, {I, <<I>>, [x]}} || I <- lists:seq(1, 50)]),
    F = filename:join("/tmp", "joist_fixture_tab_" ++ os:getpid()),
    io:format("~p~n", [[ets:tab2file(T, F, [{extended_info, [object_count, md5sum]}]), element(1, ets:tabfile_info(F)), ets:delete(T)]]),
    {ok, U} = ets:file2tab(F, [{verify, true}]),
    io:format("~p~n", [[ets:info(U, size), ets:info(U, type), ets:info(U, name), ets:lookup(U, 7), file:delete(F)]]),
    io:format("~p~n", [element(1, ets:file2tab(F))]),
    V = ets:new(v, [bag]),
    ets:init_table(V, fun Init(read) -> {[{a, 1}, {a, 2}], fun(read) -> {[{b, 3}], fun(read) -> end_of_input; (close) -> ok end}; (close) -> ok end}; Init(close) -> ok end),
    io:format("~p~n", [lists:sort(ets:tab2list(V))]).
