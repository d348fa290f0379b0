%% Floats as text: shortest digits, decimals, scientific, and back.
-module(float_text).
-export([main/0]).

main() ->
    Fs = [0.0, -0.0, 0.1, 1.0, 1.0e21, 1.0e22, 123456789.123, 1.0e-7, 5.0e-324, 1.7976931348623157e308, 0.3333333333333333, 2.0e-3],
    [io:format("~p ~w ~s ~p ~s ~s~n", [F, F, float_to_list(F), catch_fixed(F),
        float_to_binary(F, [{scientific, 3}]), io_lib:format("~g ~e ~.3e", [F, F, F])]) || F <- Fs],
    io:format("~p~n", [[catch_(S) || S <- ["1.0", "-2.5e10", "1e5", "1.", ".5", "1.0e400", "0.1e-400", "+1.5", "1.0x"]]]),
    io:format("~s~n", [[io_lib:format("~.2f ~10.1f|~-10.3f|~n", [F, F, F]) || F <- [1.005, 2.675, 1.0e10, -3.14159]]]),
    io:format("~p~n", [binary_to_float(<<"6.02214076e23">>)]).

catch_(S) -> try list_to_float(S) catch C:R -> {C, R} end.
catch_fixed(F) -> try float_to_list(F, [{decimals, 6}, compact]) catch C:R -> {C, R} end.
