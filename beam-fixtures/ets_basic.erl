%% The functions of ets on tables of all types. Results of hash tables are sorted, since their order is their own.
-module(ets_basic).
-export([main/0]).

main() ->
    [run(Type) || Type <- [set, ordered_set, bag, duplicate_bag]],
    counters(), elements(), limits(), fixed(), names(), heirs(), errors(), replaced(), prefixes(),
    ok.

p(X) -> io:format("~p~n", [X]).

try_(F) ->
    try F() catch C:R:S ->
        Info = case S of
                   [{M, Fn, As, [{error_info, I} | _]} | _] when is_list(As) -> {M, Fn, length(As), maps:remove(module, I)};
                   [{M, Fn, As, _} | _] when is_list(As) -> {M, Fn, length(As)};
                   _ -> other
               end,
        {C, R, Info}
    end.

sorted(ordered_set, L) -> L;
sorted(_, L) when is_list(L) -> lists:sort(L);
sorted(_, X) -> X.

run(Type) ->
    T = ets:new(t, [Type, {keypos, 2}, public]),
    p({Type, ets:insert(T, [{x, K rem 7, K rem 3} || K <- lists:seq(1, 30)])}),
    p(ets:insert(T, {y, 1.5, z})),
    p(ets:lookup(T, 1.0)),
    p(ets:insert(T, {y, 1, z})),
    p(ets:insert_new(T, {n, 1, z})),
    p(ets:insert_new(T, {n, 99, z})),
    p(ets:insert_new(T, [{n, 100, z}, {n, 99, z}])),
    p(ets:insert_new(T, [{n, 101, z}, {n, 101, y}])),
    p({lookup, ets:lookup(T, 1), ets:lookup(T, 1.5), ets:lookup(T, 3), ets:lookup(T, nope)}),
    p(ets:lookup_element(T, 3, 3)),
    p(try_(fun() -> ets:lookup_element(T, nope, 3) end)),
    p(try_(fun() -> ets:lookup_element(T, 3, 9) end)),
    p({ets:member(T, 3), ets:member(T, nope)}),
    p({size, ets:info(T, size), ets:info(T, type), ets:info(T, keypos), ets:info(T, protection)}),
    p(sorted(Type, ets:tab2list(T))),
    p(sorted(Type, ets:match(T, {'$1', '$0', z}))),
    p(sorted(Type, ets:match_object(T, {'_', '_', z}))),
    p(sorted(Type, ets:select(T, [{{'$1', '$2', '$3'}, [{'>', '$2', 2}], [{{'$3', '$2'}}]}]))),
    p(sorted(Type, ets:select(T, [{{'$1', 3, '$3'}, [], ['$_']}]))),
    p(sorted(Type, ets:select_reverse(T, [{{'$1', '$2', '$3'}, [], ['$$']}]))),
    p(ets:select_count(T, [{{'_', '$1', '_'}, [{'=<', '$1', 4}], [true]}])),
    p(ets:delete_object(T, {x, 4, 1})),
    p(ets:take(T, 5)),
    p(ets:delete(T, 6)),
    p(ets:select_delete(T, [{{'_', '$1', '_'}, [{'==', '$1', 1}], [true]}, {{'_', 2, '_'}, [], [true]}])),
    p(sorted(Type, ets:tab2list(T))),
    p(lists:sort(keys(T, ets:first(T), fun ets:next/2))),
    p(lists:sort(keys(T, ets:last(T), fun ets:prev/2))),
    p(sorted(Type, ets:foldl(fun(O, A) -> [O | A] end, [], T))),
    p(ets:delete_all_objects(T)),
    p({ets:info(T, size), ets:first(T), ets:last(T), ets:tab2list(T)}),
    p({ets:delete(T), ets:info(T), ets:info(T, size)}).

keys(_, '$end_of_table', _) -> [];
keys(T, K, F) -> [K | keys(T, F(T, K), F)].

counters() ->
    T = ets:new(t, []),
    ets:insert(T, {c, 1, 1 bsl 59 - 1, a}),
    p(ets:update_counter(T, c, 5)),
    p(ets:update_counter(T, c, {2, -10})),
    p(ets:update_counter(T, c, {3, 1})),
    p(ets:update_counter(T, c, [{3, 1 bsl 70}, {2, 1}, {2, 1}, {2, 10, 5, 0}, {2, -5, -3, 7}])),
    p(ets:update_counter(T, c, [])),
    p(ets:lookup(T, c)),
    p(ets:update_counter(T, d, {3, 2}, {x, 10, 20})),
    p(ets:lookup(T, d)),
    [p(try_(F)) || F <- [fun() -> ets:update_counter(T, e, 1) end,
                         fun() -> ets:update_counter(T, c, {4, 1}) end,
                         fun() -> ets:update_counter(T, c, {1, 1}) end,
                         fun() -> ets:update_counter(T, c, {9, 1}) end,
                         fun() -> ets:update_counter(T, c, {0, 1}) end,
                         fun() -> ets:update_counter(T, c, {2, x}) end,
                         fun() -> ets:update_counter(T, c, foo) end,
                         fun() -> ets:update_counter(T, e, {2, 1}, foo) end,
                         fun() -> ets:update_counter(T, e, {5, 1}, {e, 1}) end]],
    p(ets:lookup(T, e)).

elements() ->
    T = ets:new(t, [ordered_set]),
    ets:insert(T, {k, a, "b", <<"c">>}),
    p(ets:update_element(T, k, {2, x})),
    p(ets:update_element(T, k, [{3, "long enough"}, {4, 1.5}])),
    p(ets:update_element(T, nope, {2, x})),
    p(ets:lookup(T, k)),
    [p(try_(F)) || F <- [fun() -> ets:update_element(T, k, {1, x}) end,
                         fun() -> ets:update_element(T, k, foo) end]].

limits() ->
    T = ets:new(t, [ordered_set]),
    ets:insert(T, [{I} || I <- lists:seq(1, 10)]),
    p(chunks(ets:match(T, {'$1'}, 3), fun ets:match/1)),
    p(chunks(ets:select_reverse(T, [{{'$1'}, [], ['$1']}], 4), fun ets:select/1)),
    p(chunks(ets:match_object(T, {5}, 4), fun ets:match_object/1)),
    B = ets:new(t, [bag]),
    ets:insert(B, [{a, I} || I <- lists:seq(1, 10)]),
    p(lists:sort(lists:append(chunks(ets:select(B, [{{a, '$1'}, [], ['$1']}], 3), fun ets:select/1)))),
    H = ets:new(t, []),
    ets:insert(H, [{I} || I <- lists:seq(1, 1000)]),
    p(lists:sum(lists:append(chunks(ets:select(H, [{{'$1'}, [], ['$1']}], 7), fun ets:select/1)))).

chunks('$end_of_table', _) -> [];
chunks({L, C}, F) -> [L | chunks(F(C), F)].

fixed() ->
    [begin
         T = ets:new(t, [Type]),
         ets:insert(T, [{I, I} || I <- lists:seq(1, 500)]),
         ets:safe_fixtable(T, true),
         p({ets:info(T, fixed), element(2, ets:info(T, safe_fixed)) =:= [{self(), 1}]}),
         N = drop(T, ets:first(T), 0),
         p({N, ets:info(T, size)}),
         ets:insert(T, {3, 4}),
         ets:safe_fixtable(T, false),
         p({ets:info(T, fixed), ets:tab2list(T)})
     end || Type <- [set, ordered_set, bag, duplicate_bag]].

drop(_, '$end_of_table', N) -> N;
drop(T, K, N) -> ets:delete(T, K), drop(T, ets:next(T, K), N + 1).

names() ->
    p(ets:new(one, [named_table, {heir, none}, {write_concurrency, auto}, {read_concurrency, true}, compressed])),
    p(is_reference(ets:whereis(one))),
    p(ets:insert(ets:whereis(one), {a, b})),
    p(ets:rename(one, two)),
    p({ets:whereis(one), ets:lookup(two, a), ets:info(two, name)}),
    p([ets:info(two, I) || I <- [named_table, compressed, write_concurrency, read_concurrency, decentralized_counters,
                                 heir, node]]),
    p(lists:member(two, ets:all())),
    p(try_(fun() -> ets:new(two, [named_table]) end)),
    p(ets:delete(two)),
    p([K || {K, _} <- ets:info(ets:new(x, []))]).

heirs() ->
    Me = self(),
    P = spawn(fun() ->
                      T = ets:new(heired, [named_table, {heir, Me, {some, "data"}}]),
                      ets:insert(T, {k, v}),
                      ets:new(gone, [named_table])
              end),
    receive {'ETS-TRANSFER', heired, P, Data} -> p(Data) after 2000 -> p(timeout) end,
    p({ets:info(heired, owner) =:= self(), ets:lookup(heired, k), ets:info(gone)}),
    Q = spawn(fun() -> receive {'ETS-TRANSFER', T, From, G} -> From ! {got, T, G, ets:info(T, owner) =:= self()} end end),
    p(ets:give_away(heired, Q, gift)),
    receive {got, _, _, _} = M -> p(M) after 2000 -> p(timeout) end,
    receive {'ETS-TRANSFER', heired, Q, D2} -> p(D2) after 2000 -> p(timeout) end,
    p(ets:delete(heired)).

errors() ->
    T = ets:new(t, [private]),
    D = ets:new(t, []),
    ets:delete(D),
    B = ets:new(t, [bag]),
    Other = spawn(fun() -> receive stop -> ok end end),
    [p({N, try_(F)}) || {N, F} <- [
        {1, fun() -> ets:lookup(nope, a) end}, {2, fun() -> ets:lookup(D, a) end}, {3, fun() -> ets:lookup("x", a) end},
        {4, fun() -> ets:insert(T, a) end}, {5, fun() -> ets:insert(T, {}) end}, {6, fun() -> ets:insert(T, [{a}, b]) end},
        {7, fun() -> ets:insert(T, [{a} | b]) end}, {8, fun() -> ets:next(T, nope) end}, {9, fun() -> ets:slot(T, -1) end},
        {10, fun() -> ets:select(T, [{a}]) end}, {11, fun() -> ets:select(T, [{'$1', [], ['$2']}]) end},
        {12, fun() -> ets:select(T, [], 0) end}, {13, fun() -> ets:new(1, []) end}, {14, fun() -> ets:new(a, [foo]) end},
        {15, fun() -> ets:info(T, foo) end}, {16, fun() -> ets:safe_fixtable(T, foo) end},
        {17, fun() -> ets:update_counter(B, a, 1) end}, {18, fun() -> ets:give_away(T, self(), x) end},
        {19, fun() -> ets:give_away(T, list_to_pid("<0.32000.0>"), x) end}, {20, fun() -> ets:setopts(T, foo) end},
        {21, fun() -> ets:whereis(1) end}, {22, fun() -> ets:select_replace(B, [{'_', [], ['$_']}]) end},
        {23, fun() -> ets:delete_object(T, x) end}, {24, fun() -> ets:match(T, {a}, x) end},
        {25, fun() -> ets:select({a}) end}, {26, fun() -> ets:match_spec_compile(x) end},
        {27, fun() -> ets:rename(T, 1) end}, {28, fun() -> ets:lookup_element(T, a, 0) end}]],
    Me = self(),
    spawn(fun() -> Me ! {r, try_(fun() -> ets:lookup(T, a) end), try_(fun() -> ets:insert(B, {a}) end)} end),
    receive {r, X, Y} -> p({X, Y}) end,
    Other ! stop.

replaced() ->
    T = ets:new(t, [ordered_set]),
    ets:insert(T, [{I, I} || I <- lists:seq(1, 6)]),
    p(ets:select_replace(T, [{{'$1', '$2'}, [{'<', '$1', 4}], [{{'$1', {'*', '$2', 10}}}]}])),
    p(try_(fun() -> ets:select_replace(T, [{{'$1', '$2'}, [], [{{'$2', '$1'}}]}]) end)),
    p(ets:select_replace(T, [{{4, '_'}, [], [{const, {4, x}}]}, {{5, '_'}, [], [{{{element, 1, '$_'}, y}}]}])),
    p(ets:tab2list(T)).

prefixes() ->
    T = ets:new(t, [ordered_set]),
    ets:insert(T, [{{A, B}, A * B} || A <- [1, 1.5, 2, a, b], B <- [1, 2, 3], is_number(A)]),
    ets:insert(T, [{{A, B}, x} || A <- [a, b], B <- [1, 2, c]]),
    ets:insert(T, [{[A, B | C], y} || A <- [1, 2], B <- [a, b], C <- [[], [1]]]),
    p(ets:match(T, {{1, '$1'}, '_'})),
    p(ets:match(T, {{1.0, '$1'}, '_'})),
    p(ets:match(T, {{a, '$1'}, '_'})),
    p(ets:match(T, {{'$1', 2}, '_'})),
    p(ets:match(T, {[1, '$1' | '$2'], '_'})),
    p(ets:match(T, {[1 | '$2'], '_'})),
    p(ets:select_reverse(T, [{{{b, '$1'}, '_'}, [], ['$1']}])),
    p(ets:select_delete(T, [{{{b, '_'}, '_'}, [], [true]}])),
    p(ets:tab2list(T)).
