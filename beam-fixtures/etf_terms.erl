%% The external term format of terms of every kind: exact bytes, and back.
-module(etf_terms).
-export([main/0]).

main() ->
    Ts = [0, 255, 256, -1, 16#7fffffff, -16#80000000, 1 bsl 40, -(1 bsl 70), 1 bsl 3000, 1.5, -0.0, a, '', 'åäö', true, [], [1, 2], [a | b], "string", [256], lists:duplicate(3, 300), {}, {1, 2}, list_to_tuple(lists:seq(1, 300)),
          <<>>, <<"bin">>, <<1:3>>, <<255, 1:7>>, #{}, #{a => 1, 2 => "x"}, fun lists:map/2, [[[]]], {a, {b, [c, <<1>>]}}],
    [io:format("~w~n", [check(T)]) || T <- Ts],
    io:format("~p~n", [[byte_size(term_to_binary(lists:duplicate(1000, x), [compressed])) < 100, binary_to_term(term_to_binary(lists:seq(1, 1000), [{compressed, 9}])) =:= lists:seq(1, 1000)]]),
    io:format("~w~n", [term_to_binary({a, 1.0}, [{minor_version, 0}])]),
    io:format("~w~n", [[term_to_binary('å', [{minor_version, V}]) || V <- [0, 1, 2]]]),
    Bad = [<<>>, <<131>>, <<131, 97>>, <<131, 104, 5, 97, 1>>, <<130, 97, 1>>, <<131, 200>>, <<131, 108, 255, 255, 255, 255, 106>>, <<131, 110, 5, 0, 1>>, <<131, 80, 0, 0, 0, 5, 1, 2, 3>>, <<131, 116, 0, 0, 0, 2, 97, 1, 97, 2, 97, 1, 97, 3>>],
    io:format("~p~n", [[try binary_to_term(B) catch C:R -> {C, R} end || B <- Bad]]),
    io:format("~p~n", [[binary_to_term(B) || B <- [<<131, 100, 0, 1, $a>>, <<131, 115, 1, $b>>, <<131, 107, 0, 2, 1, 2>>, <<131, 99, "1.50000000000000000000e+00", 0, 0, 0, 0, 0>>, <<131, 111, 0, 0, 0, 1, 1, 7>>]]]),
    io:format("~p~n", [{binary_to_term(<<131, 97, 1, 0>>, [used]), catch element(1, element(2, catch binary_to_term(term_to_binary(list_to_binary("x")), [bad])))}]),
    io:format("~p~n", [try binary_to_term(<<131, 100, 0, 16, "never_made_atom1">>, [safe]) catch C:R -> {C, R} end]),
    S = self(), R1 = make_ref(),
    io:format("~p~n", [[binary_to_term(term_to_binary(X)) =:= X || X <- [S, R1, hd(erlang:ports()), fun() -> S end, [S | R1]]]]).

check(T) ->
    B = term_to_binary(T),
    {case byte_size(B) < 80 of true -> B; false -> erlang:md5(B) end, binary_to_term(B) =:= T, erlang:external_size(T) >= byte_size(B), iolist_to_binary(term_to_iovec(T)) =:= B}.
