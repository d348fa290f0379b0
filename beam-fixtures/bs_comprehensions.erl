%% Binary comprehensions over bits, bytes, lists and maps of them.
-module(bs_comprehensions).
-export([main/0]).

main() ->
    io:format("~p~n", [<< <<(X bxor 255)>> || <<X>> <= <<"hello">> >>]),
    io:format("~p~n", [[{X, Y} || <<X:3, Y:5>> <= <<1, 2, 255>>, X < 7]]),
    io:format("~p~n", [<< <<X:N>> || X <- [1, 2, 3], N <- [2, 5] >>]),
    io:format("~p~n", [[X || <<X:16/little, 0>> <= <<1, 2, 0, 3, 4, 0, 5, 6, 7>>]]),
    io:format("~p~n", [<< <<B/bits, 1:1>> || <<B:7/bits, _:1>> <= <<1, 2, 3>> >>]),
    io:format("~p~n", [<< (if X > 2 -> <<X:16>>; true -> <<>> end) || X <- [1, 2, 3, 4] >>]),
    io:format("~p~n", [byte_size(<< <<X:64>> || X <- lists:seq(1, 10000) >>)]),
    io:format("~p~n", [catch [X || X <- not_a_list]]),
    io:format("~p~n", [element(1, catch << <<X>> || <<X>> <= not_bits >>)]).
