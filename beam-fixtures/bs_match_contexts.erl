%% Match contexts kept, reused, turned back into binaries, and across a collection.
-module(bs_match_contexts).
-export([main/0]).

main() ->
    io:format("~p~n", [words(<<"the quick  brown fox">>, [])]),
    io:format("~p~n", [backtrack(<<1, 2, 3, 4, 5>>)]),
    io:format("~p~n", [count(binary:copy(<<"abcabd">>, 2000), 0, 0)]),
    io:format("~p~n", [rest(<<1, 2, 3>>)]),
    io:format("~p~n", [deep(<<1, 2, 3, 4, 5, 6, 7, 8>>, [])]).

words(B, Acc) ->
    case binary:split(B, <<" ">>) of
        [W, Rest] -> words(Rest, [W | Acc]);
        [W] -> lists:reverse([W | Acc])
    end.

backtrack(<<1, 2, 3, 9, _/binary>>) -> first;
backtrack(<<1, 2, R/binary>>) when byte_size(R) > 5 -> second;
backtrack(<<1, R/binary>> = All) -> {R, All, byte_size(All)}.

count(<<"abc", R/binary>>, A, B) -> count(R, A + 1, B);
count(<<"abd", R/binary>>, A, B) -> count(R, A, B + 1);
count(<<>>, A, B) -> {A, B}.

rest(<<_, R/binary>>) -> {R, rest(R)};
rest(R) -> R.

deep(<<X, R/binary>>, Acc) ->
    erlang:garbage_collect(),
    Y = lists:seq(1, X * 100),
    deep(R, [{length(Y), R} | Acc]);
deep(<<>>, Acc) -> Acc.
