%% References that come back from text or from the external format mean what they meant: tables, atomics, aliases.
-module(references_back).
-export([main/0]).

main() ->
    Ways = [{binary, fun(R) -> binary_to_term(term_to_binary(R)) end},
            {nested, fun(R) -> {[{x, Back}]} = binary_to_term(term_to_binary({[{x, R}]}, [compressed])), Back end},
            {text, fun(R) -> list_to_ref(ref_to_list(R)) end}],
    [io:format("~p ~p: ~p~n", [Way, What, try test(What, Through) catch C:R -> {C, R} end])
     || {Way, Through} <- Ways, What <- [plain, table, atomics, counters, match_spec, persistent, alias, dead_table, gone]].

test(plain, Through) -> R = make_ref(), R =:= Through(R);
test(table, Through) ->
    T = ets:new(table, []), B = Through(T),
    true = ets:insert(B, {a, 1}),
    {T =:= B, ets:lookup(T, a), ets:info(B, size), ets:delete(B), ets:info(T)};
test(atomics, Through) -> A = atomics:new(2, []), ok = atomics:add(Through(A), 2, 7), atomics:get(A, 2);
test(counters, Through) ->
    {_, A} = C = counters:new(2, [atomics]), ok = counters:add(setelement(2, C, Through(A)), 1, 3), counters:get(C, 1);
test(match_spec, Through) ->
    C = ets:match_spec_compile([{{'$1'}, [], ['$1']}]),
    %% (Whose last use is over is gone with the next collection.)
    {ets:is_compiled_ms(Through(C)), ets:match_spec_run([{1}, {2}], Through(C)), ets:is_compiled_ms(C)};
test(persistent, Through) ->
    A = atomics:new(1, []), ok = persistent_term:put(?MODULE, A),
    ok = atomics:put(Through(persistent_term:get(?MODULE)), 1, 5),
    atomics:get(A, 1);
test(alias, Through) ->
    A = alias(), Through(A) ! hello,
    First = receive hello -> heard after 50 -> nothing end,
    true = unalias(Through(A)), A ! hello,
    {First, receive hello -> heard after 50 -> nothing end};
test(dead_table, Through) ->
    T = ets:new(table, []), B = Through(T), ets:delete(T),
    ets:insert(B, {a});
%% Nobody has it any more but who wrote it.
test(gone, Through) ->
    Me = self(),
    {_, M} = spawn_monitor(fun() -> Me ! {text, ref_to_list(atomics:new(1, []))} end),
    receive {'DOWN', M, _, _, _} -> ok end,
    Text = receive {text, S} -> S end,
    Back = Through(list_to_ref(Text)),
    {is_reference(Back), ref_to_list(Back) =:= Text}.
