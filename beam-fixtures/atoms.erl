%% Atoms: making, text, ordering, existing, unicode, limits.
-module(atoms).
-export([main/0]).

main() ->
    io:format("~p~n", [[list_to_atom("hello"), list_to_atom(""), list_to_atom("with space"), list_to_atom([229, 228, 1234]), binary_to_atom(<<"bin">>), binary_to_atom(<<"l\xe4t"/utf8>>, utf8), binary_to_atom(<<228>>, latin1)]]),
    io:format("~w ~p ~s ~ts~n", ['åä', 'Abc', 'plain', 'žluť']),
    io:format("~p~n", [[atom_to_list('a b'), atom_to_binary('å'), atom_to_binary('å', latin1), atom_to_binary(x, utf8)]]),
    io:format("~p~n", [lists:sort([b, a, 'B', aa, '', 'å', true, ab, 'ab c', z, zebra, zeb])]),
    io:format("~p~n", [[c(F) || F <- [fun() -> list_to_existing_atom("no such atom here at all") end, fun() -> atom_to_binary('ш', latin1) end, fun() -> binary_to_atom(<<255>>, utf8) end,
        fun() -> list_to_atom(lists:duplicate(256, $a)) end, fun() -> list_to_atom([-1]) end, fun() -> list_to_atom([16#d800]) end, fun() -> binary_to_existing_atom(<<"nor this one either">>) end]]]),
    io:format("~p~n", [[length(atom_to_list(list_to_atom(lists:duplicate(255, $x)))), list_to_existing_atom("lists"), '\n', 'it\'s', 'end', ok, 'ok\\']]),
    As = [list_to_atom("fix_atom_" ++ integer_to_list(N)) || N <- lists:seq(1, 5000)],
    io:format("~p~n", [length(lists:usort(As))]).

c(F) -> try F() catch C:R -> {C, R} end.
