%% io_lib:format with every control sequence, widths, precisions, padding, depth, unicode.
-module(io_format).
-export([main/0]).

main() ->
    P = fun(F, A) -> io:format("|~ts|~n", [try io_lib:format(F, A) catch error:badarg -> "badarg" end]) end,
    [P(F, A) || {F, A} <- [{"~w ~10w ~-10w ~3w", [a, b, c, long]}, {"~p~5p", [{1, "s"}, x]}, {"~s ~10s ~-10s ~.2s ~10.3s", ["abc", "abc", "abc", "abc", "abcdef"]}, {"~c~3c~5.2c", [$a, $b, $c]}, {"~b ~8b ~8.16.0b ~.2b ~.36B", [10, 10, 255, 5, 35]},
        {"~x ~.16x ~.16#  ~#", [{10, "p"}, 1, 255, 16]}, {"~.16x", [255, "0x"]}, {"~f ~.3f ~10.2f ~e ~.4e ~g", [1.5, 1.5, 2.25, 1.0e10, 1.5, 0.1]}, {"~~ ~n~i~p", [skipped, shown]}, {"~*.*.*f|~*w", [10, 3, $*, 2.5, 6, a]}, {"~ts ~tp ~tw", [[1234, 229], "\x{4d2}å", '\x{4d2}']},
        {"~W ~P", [[1, 2, 3, 4, 5], 3, {a, {b, {c, {d}}}}, 4]}, {"~s", [<<"bin">>]}, {"~s", [[1234]]}, {"~d", [1]}, {"~w", []}, {"~w", [a, b]}, {"~s", [a_b]}, {"~10.5.xs", ["abcdefgh"]}, {"~lp ~lw", ["abc", "abc"]}, {"~5.3.0f~5.1.0b", [1.23456, 7]}, {"~kp", [#{b => 1, a => 2}]}]],
    io:format("~p~n", [lists:seq(1, 60)]),
    io:format("~p~n", [#{list => lists:seq(1, 30), "string key" => <<"a binary of some length that may be wrapped">>, {tuple, key} => [{a, 1}, {b, [nested, {deep, [1, 2, 3]}]}]}]),
    io:format("~80p~n~20p~n", [[{abc, def, "ghi"} || _ <- [1, 2, 3]], [abc, def, ghi, jkl]]),
    io:format("~p~n", [["printable", [1, 2], "\n\t\e", [127], [228], <<228>>, <<"åä"/utf8>>, <<0, 1>>, "", <<>>]]),
    io:format("~p ~w~n", [<<1:7>>, <<5:3>>]),
    io:format("~s~n", [io_lib:print({foo, [bar, "baz"]}, 5, 20, -1)]),
    io:format("~p~n", [[io_lib:fread("~d ~s ~f", "12 abc 1.5 rest"), io_lib:fread("~a~c", "ab"), io_lib:fread("~16u-~d", "ff-x")]]),
    io:format("~p~n", [[io_lib:printable_list("abc"), io_lib:printable_list([1]), io_lib:printable_unicode_list([1234]), io_lib:latin1_char_list([256]), io_lib:deep_char_list(["a", [$b]]), io_lib:quote_atom(foo, []) =:= x]]).
