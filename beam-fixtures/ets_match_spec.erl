%% Match specifications by themselves: heads, guards, bodies, messages.
-module(ets_match_spec).
-export([main/0]).

main() ->
    lists:foreach(fun({N, T, M}) -> io:format("~p ~p~n", [N, catch ets:test_ms(T, M)]) end, number(1, tests())),
    lists:foreach(fun({N, T, M}) -> io:format("~p ~p~n", [N, catch erlang:match_spec_test(T, M, trace)]) end,
                  number(1, traces())),
    C = ets:match_spec_compile([{{'$1', '_'}, [], ['$1']}]),
    io:format("~p~n", [{ets:is_compiled_ms(C), ets:is_compiled_ms(make_ref()), ets:is_compiled_ms(x)}]),
    io:format("~p~n", [ets:match_spec_run([{1, a}, {2, b}, x, {3, c}], C)]),
    ok.

number(_, []) -> [];
number(N, [{T, M} | L]) -> [{N, T, M} | number(N + 1, L)].

g(G) -> {{1, [a, b], #{k => v}, <<"bin">>, 2.5}, [{{'$1', '$2', '$3', '$4', '$5'}, [G], ['$1']}]}.
b(B) -> {{1, [a, b], #{k => v}, <<"bin">>, 2.5}, [{{'$1', '$2', '$3', '$4', '$5'}, [], [B]}]}.

tests() ->
    [{{a, b}, [{'$1', [], ['$1']}]},
     {{a, b}, [{'_', [], ['$_']}]},
     {{a, a}, [{{'$1', '$1'}, [], ['$$']}]},
     {{a, b}, [{{'$1', '$1'}, [], ['$$']}]},
     {{a, b}, [{{'$10', '$2'}, [], ['$$']}]},
     {{1, 1.0}, [{{'$1', '$1'}, [], [yes]}, {{'$1', '$2'}, [{'==', '$1', '$2'}], [eqeq]}]},
     {{[1, 2 | x], #{a => 1, b => {c, d}}}, [{{['$1' | '$2'], #{b => {'$3', '_'}}}, [], ['$$']}]},
     {{1}, [{{1.0}, [], [x]}]},
     {{<<1, 2, 3>>}, [{{<<1, 2, 3>>}, [], [{{ok, <<4>>}}]}]},
     {{1 bsl 80}, [{{1 bsl 80}, [], [big]}]},
     {{a}, [{{'$1'}, [], [{{'$1', {const, '$1'}, {{}}, [x, '$1' | '$1'], #{'$1' => '$1', k => {{'$1'}}}}}]}]},
     {{a}, [{{'$1'}, [], [1, 2, '$1']}]},
     g({is_integer, '$1'}), g({is_list, '$2'}), g({is_map, '$3'}), g({is_binary, '$4'}), g({is_float, '$5'}),
     g({is_atom, '$1'}), g({is_record, '$_', 1, 5}), g({is_record, '$_', x, 5}), g({is_tuple, '$_'}),
     g({'and', true, true}), g({'and', true, 1}), g({'or', false, true}), g({'or', true, x}), g({'andalso', false, x}),
     g({'andalso', true, x}), g({'orelse', true, x}), g({'orelse', false, x}), g({'orelse', x, true}), g({'not', false}),
     g({'not', x}), g({'xor', true, false}), g({'and'}), g({'=:=', {hd, '$2'}, a}), g({'=:=', {tl, '$2'}, ['b']}),
     g({'=:=', {hd, []}, a}), g({'==', {'+', '$1', '$5'}, 3.5}), g({'==', {'div', 7, '$1'}, 7}),
     g({'==', {'div', 7, 0}, 7}), g({'is_map_key', k, '$3'}), g({'=:=', {map_get, k, '$3'}, v}),
     g({'=:=', {map_get, z, '$3'}, v}), g({'=:=', {size, '$4'}, 3}), g({'=:=', {size, '$_'}, 5}),
     g({'=:=', {self}, self()}), g({'=:=', {node}, {const, node()}}), g({'>', {length, '$2'}, 1}),
     g({foo, 1}), g({'<', {abs, -3}, {'bsl', 1, 2}}), g({message, x}), g(true), g(false), g(x),
     b({element, 2, '$_'}), b({element, 9, '$_'}), b({round, '$5'}), b({trunc, '$5'}), b({float, '$1'}),
     b({'-', '$1'}), b({'+', '$2', 1}), b({'/', '$1', 0}), b({binary_part, '$4', {{0, 2}}}), b({binary_part, '$4', 3, -1}),
     b({bit_size, '$4'}), b({byte_size, '$4'}), b({map_size, '$3'}), b({{'$3', {self, x}}}), b({'$1', x}), b({}),
     b({const, {'$1', '$$'}}), b({const, a, b}), b('$9'), b('$$'), b([['$1'], '$2' | '$4']), b({'band', 6, 3}),
     b({'bxor', 6, 3}), b({'bnot', 6}), b({'rem', -7, 3}), b({'and', true, {'>', '$5', '$1'}}), b({'=/=', 1, 1.0}),
     b({'/=', 1, 1.0}), b({'=<', a, "list"}), b({is_function, '$1'}), b({node, {self}}),
     {{a}, []}, {{a}, x}, {{a}, [x]}, {{a}, [{x, [], []}]}, {{a}, [{{'_'}, x, [y]}]}, {{a}, [{{'_'}, [], y}]},
     {{a}, [{#{'$1' => x}, [], [y]}]}, {x, [{'_', [], ['$_']}]}].

traces() ->
    [{[a, b], [{['$1', '$2'], [], [{message, {{'$2', '$1'}}}]}]},
     {[a, b], [{['$1', '$2'], [{'=:=', '$1', a}], [{return_trace}, {exception_trace}]}]},
     {[a, b], [{'_', [], []}]}, {[a, b], [{'$1', [], [{message, '$1'}]}]},
     {[a], [{['$1', '$2'], [], []}]}, {[a], [{['$1'], [], [{message, false}]}]}, {[a], [{['$1'], [], [{caller}]}]},
     {[a], [{['$1'], [], [{message, {caller}}]}]}, {[a], [{['$1'], [], [{message, {get_seq_token}}]}]},
     {[a], [{['$1'], [{is_seq_trace}], [{message, yes}]}]}, {[a], [{['$1'], [], [{silent, true}, {message, x}]}]},
     {[a], [{{'$1'}, [], [{message, x}]}]}, {[a], [{a, [], []}]}, {[a], [{['$1'], [{return_trace}], []}]}].
