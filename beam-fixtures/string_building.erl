%% Text put together in all the usual ways, from lists, binaries and iolists.
-module(string_building).
-export([main/0]).

main() ->
    Ns = lists:seq(1, 3000),
    A = lists:foldl(fun(N, Acc) -> Acc ++ integer_to_list(N rem 10) end, "", lists:seq(1, 500)),
    B = iolist_to_binary([[integer_to_list(N), $,] || N <- Ns]),
    C = lists:foldl(fun(N, Acc) -> <<Acc/binary, (integer_to_binary(N))/binary, ",">> end, <<>>, Ns),
    D = list_to_binary(lists:join(",", [integer_to_list(N) || N <- Ns]) ++ ","),
    io:format("~p ~p~n", [length(A), {B =:= C, C =:= D, byte_size(B), erlang:md5(B)}]),
    io:format("~p~n", [lists:sum([binary_to_integer(X) || X <- binary:split(B, <<",">>, [global, trim_all])])]),
    io:format("~ts~n", [[io_lib:format("~3..0w|~-5s|~5.1f~n", [N, integer_to_list(N, 2), N / 3]) || N <- [1, 22, 333]]]),
    io:format("~p~n", [[upcase(<<"mixed Case, 123 åäö"/utf8>>), reverse(<<"abcdef">>, <<>>), rot13("Hello, World")]]),
    io:format("~p~n", [palindromes(["level", "abc", "noon", "", "x", "ab"])]).

upcase(B) -> << <<(if C >= $a, C =< $z -> C - 32; true -> C end)>> || <<C>> <= B >>.
reverse(<<C, R/binary>>, Acc) -> reverse(R, <<C, Acc/binary>>);
reverse(<<>>, Acc) -> Acc.
rot13(S) -> [rot(C) || C <- S].
rot(C) when C >= $a, C =< $z -> (C - $a + 13) rem 26 + $a;
rot(C) when C >= $A, C =< $Z -> (C - $A + 13) rem 26 + $A;
rot(C) -> C.
palindromes(Ss) -> [S || S <- Ss, S =:= lists:reverse(S)].
