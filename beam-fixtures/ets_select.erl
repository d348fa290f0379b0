%% Match specifications: guards, bodies, variables, nested patterns, errors, continuations.
-module(ets_select).
-export([main/0]).

main() ->
    T = ets:new(t, [ordered_set]),
    [ets:insert(T, {I, I rem 3, [I], #{k => I}}) || I <- lists:seq(1, 30)],
    io:format("~p~n", [ets:select(T, [{{'$1', 0, '_', '_'}, [], ['$1']}])]),
    io:format("~p~n", [ets:select(T, [{{'$1', '$2', '_', '_'}, [{'andalso', {'>', '$1', 25}, {'orelse', {'=:=', '$2', 1}, {'==', {'rem', '$1', 7}, 0}}}], [{{'$2', {'+', '$1', 1}}}]}])]),
    io:format("~p~n", [ets:select(T, [{{1, '_', '_', '_'}, [], ['$_']}, {{2, '_', '_', '_'}, [], ['$$']}, {{'$1', '_', ['$1'], '$3'}, [{'<', '$1', 5}], [[a, '$3', {const, {x}}]]}])]),
    io:format("~p~n", [ets:select(T, [{{'$1', '_', '_', #{k => '$2'}}, [{'>', '$2', 28}], [#{v => '$2'}]}])]),
    io:format("~p~n", [ets:select(T, [{{'$1', '_', '_', '_'}, [{is_integer, '$1'}, {'not', {'>', '$1', 2}}, {'xor', true, false}], [{element, 1, '$_'}, {size, '$_'}]}])]),
    io:format("~p~n", [pages(ets:select(T, [{{'$1', '_', '_', '_'}, [], ['$1']}], 7))]),
    io:format("~p~n", [pages(ets:select_reverse(T, [{{'$1', 1, '_', '_'}, [], ['$1']}], 4))]),
    io:format("~p~n", [ets:select_replace(T, [{{'$1', 2, '$2', '$3'}, [], [{{'$1', two, '$2', '$3'}}]}])]),
    io:format("~p~n", [{ets:match(T, {'$2', two, ['$1'], '_'}), ets:match_object(T, {'_', two, [2], '_'}), ets:match_delete(T, {'_', two, '_', '_'}), ets:info(T, size)}]),
    io:format("~p~n", [[c(fun() -> ets:select(T, M) end) || M <- [[], [{a}], [{{'$1'}, [{bad_guard, '$1'}], ['$1']}], [{{'$1'}, [], []}], [{{'$1'}, [], ['$2']}], x]]]),
    io:format("~p~n", [ets:test_ms({1, 2}, [{{'$1', '$2'}, [{'<', '$1', '$2'}], [{{'$2', '$1'}}]}])]),
    io:format("~p~n", [ets:match_spec_run([{1}, {2}, x, {3}], ets:match_spec_compile([{{'$1'}, [{'>', '$1', 1}], ['$1']}]))]),
    io:format("~p~n", [ets:select(T, [{{'$1', '_', '_', '_'}, [{'=<', '$1', 4}], [{'bsl', '$1', 2}, {'+', a, '$1'}]}])]).

pages('$end_of_table') -> [];
pages({L, C}) when is_tuple(C) -> [L | pages(case L of [] -> '$end_of_table'; _ -> next(L, C) end)];
pages({L, '$end_of_table'}) -> [L].
next([A, B | _], C) when A > B -> ets:select_reverse(C);
next(_, C) -> ets:select(C).
c(F) -> try F() catch C:R -> {C, R} end.
