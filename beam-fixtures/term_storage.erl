%% persistent_term, atomics and counters.
-module(term_storage).
-export([main/0]).

main() ->
    [persistent_term:put({fix, K}, V) || {K, V} <- [{1, a}, {2, lists:seq(1, 1000)}, {3, #{k => <<1:5000>>}}, {4, "s"}]],
    io:format("~p~n", [[erlang:phash2(persistent_term:get({fix, K})) || K <- [1, 2, 3, 4]]]),
    io:format("~p~n", [[persistent_term:get({fix, 9}, none), catch element(1, element(2, catch persistent_term:get({fix, 9}))), persistent_term:put({fix, 1}, b), persistent_term:get({fix, 1}), persistent_term:erase({fix, 1}), persistent_term:erase({fix, 1}), persistent_term:get({fix, 1}, gone)]]),
    Held = persistent_term:get({fix, 2}),
    [persistent_term:erase({fix, K}) || K <- [2, 3, 4]],
    erlang:garbage_collect(),
    io:format("~p~n", [{lists:sum(Held), [K || {{fix, K}, _} <- persistent_term:get()]}]),
    A = atomics:new(3, [{signed, true}]), U = atomics:new(2, [{signed, false}]),
    io:format("~p~n", [[atomics:put(A, 1, 5), atomics:add_get(A, 1, -10), atomics:sub_get(A, 2, 3), atomics:exchange(A, 1, 7), atomics:compare_exchange(A, 1, 7, 8), atomics:compare_exchange(A, 1, 7, 9), atomics:get(A, 1), atomics:sub(U, 1, 1), atomics:get(U, 1)]]),
    io:format("~p~n", [[atomics:put(A, 3, (1 bsl 63) - 1), atomics:add_get(A, 3, 1), maps:with([size, min, max], atomics:info(U))]]),
    io:format("~p~n", [[try F() catch C:R -> {C, R} end || F <- [fun() -> atomics:put(A, 1, 1 bsl 63) end, fun() -> atomics:put(U, 1, -1) end, fun() -> atomics:get(A, 4) end, fun() -> atomics:new(1, [x]) end]]]),
    C = counters:new(2, [write_concurrency]), D = counters:new(2, [atomics]), S = self(),
    [spawn(fun() -> [begin counters:add(C, 1, 2), counters:sub(D, 2, 1), atomics:add(A, 2, 1) end || _ <- lists:seq(1, 1000)], S ! done end) || _ <- lists:seq(1, 8)],
    [receive done -> ok end || _ <- lists:seq(1, 8)],
    io:format("~p~n", [[counters:get(C, 1), counters:get(D, 2), atomics:get(A, 2), counters:put(D, 1, 5), counters:get(D, 1), maps:get(size, counters:info(C))]]).
