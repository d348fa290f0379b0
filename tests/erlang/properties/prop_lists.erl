%% The module `lists` and the functions of `erlang` on lists: keys, sorting, merging, searching, zipping.
-module(prop_lists).
-export([one/0]).
-import(prop_gen, [below/1, between/2, one_of/1, often/2, many/2, list/0, list/1, term/1, number/0]).
-import(prop_run, [call/3, exact/3, attempt/2]).

one() ->
    case below(24) of
        0 -> call(lists, one_of([reverse, flatten, last, usort, sort, sum, max, min, append, concat, droplast]), [few()]);
        1 -> call(lists, one_of([member, delete]), [value(), few()]);
        2 -> call(lists, one_of([subtract, append, prefix, suffix, merge, umerge, zip, reverse]), [few(), often(4, {fun few/0, fun() -> term(1) end})]);
        3 -> call(erlang, one_of(['--', '++']), [few(), often(4, {fun few/0, fun() -> term(1) end})]);
        4 -> call(lists, one_of([nth, nthtail, sublist, split]), [between(0, 8), few()]);
        5 -> exact(lists, sublist, [few(), between(-1, 8), often(5, {between(0, 6), a})]);
        6 -> exact(lists, duplicate, [one_of([0, 1, 5, -1, a, 2.0]), value()]);
        7 -> exact(lists, seq, [between(-5, 20), between(-5, 20)]);
        8 -> exact(lists, seq, [between(-5, 20), between(-5, 20), often(9, {between(-3, 3), a})]);
        9 -> call(lists, one_of([keyfind, keysearch, keymember, keydelete, keytake]), [value(), place(), pairs()]);
        10 -> call(lists, one_of([keyreplace, keystore]), [value(), place(), pairs(), often(8, {{value(), new}, value()})]);
        11 -> call(lists, one_of([keysort, ukeysort]), [place(), pairs()]);
        12 -> I = place(), call(lists, one_of([keymerge, ukeymerge]), [I, sorted(I, pairs()), sorted(I, pairs())]);
        13 -> call(lists, keymap, [fun(X) -> [X] end, place(), pairs()]);
        14 -> call(lists, one_of([map, filter, all, any, partition, takewhile, dropwhile, flatmap, foreach, filtermap, search, splitwith]), [predicate(), few()]);
        15 -> call(lists, one_of([foldl, foldr, mapfoldl, mapfoldr]), [one_of([fun(X, A) -> {X, A} end, fun(X, A) -> {[X], X =:= A} end]), value(), few()]);
        16 -> call(lists, one_of([sort, usort]), [one_of([fun(A, B) -> A =< B end, fun(A, B) -> A > B end, fun(_, _) -> true end, fun(A, B) -> A < B end]), few()]);
        17 -> call(lists, zipwith, [fun(A, B) -> [A | B] end, few(), few()]);
        18 -> call(lists, one_of([unzip, unzip3]), [often(3, {[{A, A} || A <- proper()], pairs()})]);
        19 -> call(lists, one_of([merge, umerge]), [[lists:usort(proper()) || _ <- lists:seq(1, below(4))]]);
        20 -> call(lists, one_of([merge3, umerge3]), [lists:usort(proper()), lists:usort(proper()), lists:usort(proper())]);
        21 -> call(erlang, one_of([length, hd, tl, list_to_tuple, is_list]), [few()]);
        22 -> call(lists, join, [value(), few()]);
        23 -> sorts(list(fun() -> often(3, {fun() -> number() end, fun() -> term(2) end}) end))
    end.

%% Values of which some are equal, and some only compare equal.
value() -> often(6, {fun() -> one_of([0, 1, 1.0, 2, 2.0, a, b, {1}, {1.0}, "a", <<"a">>, -0.0, 1 bsl 64, 1.8446744073709552e19, #{1 => a}, #{1.0 => a}]) end, fun() -> term(1) end}).
proper() -> list(fun value/0).
few() ->
    L = proper(),
    case below(15) of 0 -> L ++ value(); 1 -> [L, L | L]; _ -> L end.
place() -> often(8, {between(1, 2), one_of([0, 3, 4, a])}).
pairs() -> many(12, fun() -> often(15, {fun() -> {value(), value()} end, fun() -> one_of([{}, {a}, value(), {1, 2, 3}]) end}) end).
sorted(I, L) -> try lists:keysort(I, L) catch _:_ -> L end.

predicate() ->
    one_of([fun is_number/1, fun(X) -> X > 1 end, fun(X) -> X =/= a end, fun(X) -> X == 1 end, fun(X) -> {true, X} end, fun(X) -> [X] end, fun(X) -> hd(X) end]).

%% Terms of all kinds have one order.
sorts(L) ->
    attempt({sorts, L}, fun() ->
        S = lists:sort(L),
        {S, lists:usort(L), [{A < B, A == B, A =:= B} || A <- lists:sublist(L, 5), B <- lists:sublist(S, 5)],
            lists:sort(fun(A, B) -> A =< B end, L) =:= S, lists:keysort(1, [{X} || X <- L]) =:= [{X} || X <- S]}
    end).
