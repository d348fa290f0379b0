%% Float segments of 16, 32 and 64 bits, at odd offsets, and those that are none.
-module(bs_floats).
-export([main/0]).

main() ->
    Fs = [0.0, -0.0, 1.0, -1.5, 65504.0, 1.0e-7, 3.5e38, 1.0e300, 2, -7],
    [io:format("~p ~p~n", [F, build(F)]) || F <- Fs],
    io:format("~p~n", [[match(B) || B <- [<<0:64>>, <<16#7ff0000000000000:64>>, <<16#7ff8000000000001:64>>, <<1:64>>]]]),
    io:format("~p~n", [[F || <<_:3, F:32/float-little, _:5>> <= << <<5:3, (N / 4):32/float-little, 9:5>> || N <- [1, 2, 3] >>]]).

build(F) ->
    [case catch <<1:Pad, F:Size/float, F:Size/little-float>> of
         {'EXIT', {R, _}} -> R;
         B -> B
     end || Pad <- [0, 3], Size <- [16, 32, 64]].

match(<<F/float>>) -> {float, F};
match(<<N:64>>) -> {no_float, N}.
