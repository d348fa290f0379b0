-module(strings).
-export([main/0]).
main() -> io:format("~ts ~p ~s ~w ~20s|~-10s|~.3f ~e ~c ~b ~.16b ~i~p~n", ["h\x{e5}llo", "str", <<"bin">>, [a,"b"], "right", "left", 3.14159, 1.0, $x, 42, 255, ignored, {last}]),
    io:format("~p~n", [[string:split("a,b,c", ","), string:uppercase("abc"), string:trim("  x "), string:length("a\x{308}b"), string:tokens("a b c", " ")]]),
    io:format("~p~n", [io_lib:format("~p", [lists:seq(1,100)]) =/= []]), io:format("~p~n", [unicode:characters_to_binary([229, "abc", <<"x">>])]),
    io:format("~p~n", [{lists:flatten(io_lib:format("~100p", [#{a => [1,2,3], "k" => {x,y}}])), "\x{1}\x{2}", [104,105,300]}]), ok.
