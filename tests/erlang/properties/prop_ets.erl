%% Tables of all kinds with random options: sequences of operations, with what each answers and what the table holds then.
-module(prop_ets).
-export([one/0]).
-import(prop_gen, [below/1, between/2, one_of/1, often/2, many/2, term/1]).

one() ->
    Type = one_of([set, ordered_set, bag, duplicate_bag]),
    Place = one_of([1, 1, 1, 2]),
    Options = [Type, one_of([public, protected, private]) | many(3, fun() ->
        one_of([compressed, {read_concurrency, true}, {write_concurrency, true}, {write_concurrency, auto}, named_table,
            {decentralized_counters, true}, {heir, none}, often(12, {compressed, one_of([bad, {keypos, 0}, {heir, a}, {a, b}])})]) end)]
        ++ [{keypos, Place} || Place =/= 1 orelse below(2) =:= 0],
    Steps = many(one_of([10, 40]), fun() -> step(Type, Place) end),
    prop_run:attempt({Options, Steps}, fun() ->
        T = ets:new(prop_table, Options),
        Answers = [{S, answer(Type, T, S)} || S <- Steps],
        End = {contents(T), [ets:info(T, I) || I <- [size, type, keypos, compressed, protection, named_table, name]], sizes(T)},
        ets:delete(T),
        {Answers, End}
    end).

contents(T) -> prop_run:sorted(ets:tab2list(T)).
sizes(T) -> {ets:info(T, size) =:= length(ets:tab2list(T)), ets:info(T, memory) > 0}.

answer(Type, T, {Kind, F, Args}) ->
    try apply(ets, F, [T | Args]) of
        L when is_list(L), Kind =:= unordered, Type =/= ordered_set -> {sorted, prop_run:sorted(L)};
        true -> true;
        X -> X
    catch
        Class:Reason -> {Class, Reason}
    end;
answer(Type, T, {chunks, F, P, N}) ->
    try chunks(F, ets:F(T, P, N)) of
        L when Type =:= ordered_set -> L;
        L -> prop_run:sorted(L)
    catch
        Class:Reason -> {Class, Reason}
    end;
answer(Type, T, walk) when Type =:= ordered_set -> {up(T, ets:first(T)), down(T, ets:last(T))};
answer(_, T, walk) -> prop_run:sorted(up(T, ets:first(T)));
answer(_, T, {fold, F}) -> ets:F(fun(O, {N, S}) -> {N + 1, S + erlang:phash2(prop_run:plain(O))} end, {0, 0}, T).

chunks(_, '$end_of_table') -> [];
chunks(F, {L, C}) -> L ++ chunks(F, ets:F(C)).
up(_, '$end_of_table') -> [];
up(T, K) -> [K | up(T, ets:next(T, K))].
down(_, '$end_of_table') -> [];
down(T, K) -> [K | down(T, ets:prev(T, K))].

step(Type, Place) ->
    case below(34) of
        N when N < 8 -> {plain, insert, [often(3, {fun object/0, fun() -> objects(6, Place) end})]};
        8 -> {plain, insert_new, [often(2, {fun object/0, fun() -> objects(3, Place) end})]};
        9 -> {plain, insert, [one_of([a, {}, {1}, [{1, 2}, b], [{1, 2} | c], [{a, 1, 2}, {}]])]};
        N when N < 12 -> {plain, one_of([lookup, member, take]), [key()]};
        12 -> {plain, lookup_element, [key(), between(0, 4)]};
        13 -> {plain, delete, [key()]};
        14 -> {plain, delete_object, [object()]};
        15 -> {plain, update_element, [key(), often(3, {fun() -> {between(0, 4), value()} end, fun() -> many(3, fun() -> {between(2, 4), value()} end) end})]};
        N when N < 18 -> {plain, update_counter, [key(), counter() | one_of([[], [pair()]])]};
        18 -> {unordered, one_of([match_object, match_delete]), [pattern()]};
        19 -> {unordered, match, [pattern()]};
        20 -> {unordered, select, [spec()]};
        21 -> {plain, select_count, [spec_true()]};
        22 -> {plain, select_delete, [spec_true()]};
        23 when Type =/= bag -> {plain, select_replace, [replacing(Place)]};
        23 -> {plain, select_replace, [spec()]};
        24 -> {chunks, one_of([match, match_object]), pattern(), one_of([1, 2, 5, 100])};
        25 -> {chunks, select, spec(), often(9, {one_of([1, 3, 50]), one_of([0, a])})};
        26 when Type =:= ordered_set -> {chunks, select_reverse, spec(), one_of([1, 3, 50])};
        27 when Type =:= ordered_set -> {plain, one_of([next, prev]), [key()]};
        28 -> {fold, one_of([foldl, foldr])};
        29 -> {unordered, tab2list, []};
        31 -> often(4, {{plain, insert, [objects(60, Place)]}, {plain, delete_all_objects, []}});
        32 -> {plain, info, [one_of([size, type, keypos, compressed, bad])]};
        _ -> walk
    end.

key() -> often(5, {fun() -> one_of([0, 1, 2, 3, a, b, 1.0, 2.0, {1}, {1.0}, [], "ab", <<"ab">>, 1 bsl 64]) end, fun() -> below(40) end}).
value() -> often(3, {fun() -> one_of([0, 1, 2, a, 1.0, 1 bsl 59 - 1, -(1 bsl 59), 1 bsl 64, <<7:3>>]) end, fun() -> term(1) end}).
object() ->
    often(12, {fun() -> list_to_tuple([key(), often(3, {fun value/0, fun prop_gen:key/0}) | many(2, fun value/0)]) end, fun() -> {key()} end}).
%% Which of several objects with one key is inserted last is not defined: stock takes them the other way round when its time
%% runs out meanwhile.
objects(N, Place) -> distinct(many(N, fun object/0), Place).
distinct([O | Rest], Place) when tuple_size(O) >= Place ->
    [O | distinct([P || P <- Rest, tuple_size(P) < Place orelse element(Place, P) /= element(Place, O)], Place)];
distinct([O | Rest], Place) -> [O | distinct(Rest, Place)];
distinct([], _) -> [].
%% (A default without the key's place brings stock down.)
pair() -> {key(), one_of([0, 1, 1 bsl 59 - 1, a, key()])}.
counter() ->
    often(3, {fun() -> often(8, {between(-5, 5), one_of([1 bsl 60, a, 1.0])}) end, fun() -> often(2, {fun one_counter/0, fun() -> many(3, fun one_counter/0) end}) end}).
one_counter() -> one_of([{between(1, 4), between(-3, 3)}, {between(2, 3), 1 bsl 58}, {between(2, 3), between(-3, 3), between(-4, 4), between(-2, 2)}]).

pattern() -> often(20, {fun() -> list_to_tuple([part(key()), part(value()) | many(2, fun() -> part(value()) end)]) end, fun() -> one_of(['_', '$1', a, {}]) end}).
part(X) -> often(5, {one_of(['_', '$1', '$2', '$1', '$0']), X}).

spec() -> many(2, fun() -> {pattern(), many(2, fun guard/0), [body()]} end).
spec_true() -> [{P, G, [often(4, {true, '$1'})]} || {P, G, _} <- spec()].
guard() ->
    one_of([{one_of(['>', '<', '>=', '=<', '==', '=:=', '=/=', '/=']), operand(), operand()}, {one_of([is_integer, is_atom, is_tuple, is_list, is_float]), operand()},
        {one_of(['and', 'or', 'andalso', 'orelse', 'xor']), {is_integer, operand()}, {is_atom, operand()}}, {'not', {is_atom, operand()}}, true, false,
        {'>', {one_of(['+', '-', '*', 'div', 'rem', 'band']), operand(), operand()}, 1}, often(2, {true, {bad, 1}})]).
operand() -> one_of(['$1', '$2', '$1', 1, a, {const, {1}}, {element, 1, '$_'}, {size, '$_'}, {hd, '$1'}, {length, '$2'}]).
body() -> one_of(['$_', '$$', '$1', {{'$1', '$2'}}, ['$1', {'+', '$1', 1}], {abs, '$1'}, {const, '$1'}, {map_size, '$1'}, #{a => '$1'}, operand()]).

%% What keeps the key as it is.
replacing(1) -> [{{'$1', '$2'}, [guard()], [{{'$1', [{const, new} | '$2']}}]}];
replacing(_) -> [{{'$1', '$2'}, [guard()], [{{{{'$1'}}, '$2'}}]}].
