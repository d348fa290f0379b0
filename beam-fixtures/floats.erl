-module(floats).
-export([main/0]).
main() -> L = [0.0,1.0,-1.5,1.0e100,1.0e-100,3.141592653589793,0.1,123456789.123,5.0e-324,1.7976931348623157e308],
    [io:format("~p ~w ~s ~s~n", [X, X, float_to_list(X,[{decimals,4}]), float_to_list(X)]) || X <- L, X < 1.0e99],
    io:format("~p~n", [L]),
    io:format("~p~n", [[{round(X),trunc(X),ceil(X),floor(X)} || X <- [0.5,1.5,-0.5,-1.5,1.0e20,2.5]]]),
    io:format("~p~n", [[catch math:F(X) || F <- [sqrt,floor,ceil,log2,nofun], X <- [1,4,-1]]]), ok.
