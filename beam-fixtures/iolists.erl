%% iolists deep and wide: iolist_to_binary, size, iovec, write, bad ones.
-module(iolists).
-export([main/0]).

main() ->
    D = lists:foldl(fun(I, A) -> [A, I rem 256, <<"x">>] end, [], lists:seq(1, 20000)),
    R = lists:foldl(fun(I, A) -> [I rem 256 | A] end, <<"tail">>, lists:seq(1, 20000)),
    io:format("~p~n", [[{iolist_size(X), erlang:crc32(iolist_to_binary(X)), iolist_to_binary(erlang:iolist_to_iovec(X)) =:= iolist_to_binary(X)} || X <- [D, R, [], <<>>, [[[]]], [<<1, 2>> | <<3>>]]]]),
    io:format("~p~n", [[c(fun() -> F(X) end) || F <- [fun iolist_to_binary/1, fun iolist_size/1, fun list_to_binary/1, fun erlang:iolist_to_iovec/1], X <- [a, [a], [256], [-1], [1 | 2], <<1:3>>, [<<1:3>>], [1.0]]]]),
    io:format("~p~n", [list_to_bitstring([<<1:1>>, [<<2:2>>, 255], <<>> | <<5:3>>])]),
    io:format("~p~n", [[byte_size(B) || B <- erlang:iolist_to_iovec([<<1:800>>, binary:copy(<<2>>, 100000), "abc"])] =/= []]).

c(F) -> try F() catch C:R -> {C, R} end.
