%% What is too large for the emulator, and how that is told.
-module(limits).
-export([main/0, show/2]).

main() ->
    show(info, fun() -> [erlang:system_info(I) || I <- [atom_limit, process_limit, port_limit, ets_limit]] end),
    show(make_tuple, fun() -> erlang:make_tuple(1 bsl 24, x) end),
    show(make_tuple_huge, fun() -> erlang:make_tuple(id(1 bsl 70), x) end),
    show(make_tuple_3, fun() -> erlang:make_tuple(1 bsl 24, x, []) end),
    show(atom_256, fun() -> list_to_atom(lists:duplicate(256, $a)) end),
    show(atom_255, fun() -> length(atom_to_list(list_to_atom(lists:duplicate(255, $a)))) end),
    show(unicode_atom_256, fun() -> list_to_atom(lists:duplicate(256, 300)) end),
    show(unicode_atom_255, fun() -> length(atom_to_list(list_to_atom(lists:duplicate(255, 300)))) end),
    show(binary_to_atom, fun() -> binary_to_atom(binary:copy(<<"a">>, 256)) end),
    show(binary_to_latin1_atom, fun() -> binary_to_atom(binary:copy(<<"a">>, 256), latin1) end),
    show(existing_atom, fun() -> list_to_existing_atom(lists:duplicate(256, $a)) end),
    show(binary_to_existing_atom, fun() -> binary_to_existing_atom(binary:copy(<<"a">>, 256)) end),
    show(bsl_huge, fun() -> id(1) bsl (1 bsl 64) end),
    show(bsl_large, fun() -> id(1) bsl (1 bsl 32) end),
    show(bsl_limit, fun() -> id(1) bsl 67108864 end),
    show(bsl_negative, fun() -> id(1) bsl -(1 bsl 64) end),
    show(copy, fun() -> binary:copy(<<"abc">>, 1 bsl 64) end),
    show(bits, fun() -> N = id(1 bsl 64), <<0:N>> end),
    show(make_fun, fun() -> erlang:make_fun(a, id(b), 256) end),
    show(make_fun_255, fun() -> erlang:make_fun(a, b, 255) end),
    show(counters, fun() -> counters:new(id(1 bsl 61), []) end),
    show(atomics, fun() -> atomics:new(id(1 bsl 61), []) end),
    show(min_heap_size, fun() -> process_flag(min_heap_size, 1 bsl 70) end),
    show(max_heap_size, fun() -> process_flag(max_heap_size, 1 bsl 70) end),
    show(after_limit, fun() -> receive after id(1 bsl 32) -> ok end end),
    show(timer, fun() -> erlang:send_after(1 bsl 64, self(), x) end),
    show(float, fun() -> float(id(1) bsl 2000) end),
    show(phash2, fun() -> erlang:phash2(x, id(1 bsl 33)) end),
    show(split, fun() -> split_binary(<<>>, id(1 bsl 65)) end).

show(Name, Fun) ->
    R = try Fun() of
        X when is_tuple(X) -> {tuple, tuple_size(X)};
        X -> X
    catch C:E -> {C, E} end,
    io:format("~p: ~p~n", [Name, R]).

id(X) -> X.
