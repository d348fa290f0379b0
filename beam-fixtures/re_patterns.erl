%% Regular expressions: captures, options, replacing, splitting, unicode.
-module(re_patterns).
-export([main/0]).

main() ->
    io:format("~p~n", [[re:run(S, P, O) || {S, P, O} <- [{"abc123", "([a-z]+)(\\d+)", [{capture, all, list}]}, {"aXbX", "x", [caseless, global]}, {"foo\nbar", "^b", [multiline]}, {"abc", "(?<n>b)(?<m>c)", [{capture, [m, n], binary}]}, {"aaa", "a{2,}?", [{capture, first, list}]},
        {"ab", "(a)(x)?(b)", [{capture, all, binary}]}, {"xyz", "q", []}, {"foobar", "(?<=foo)bar", [{capture, all_but_first}]}, {<<"å1"/utf8>>, "\\w\\d", [unicode, ucp]}, {"abcabc", "(abc)\\1", []}, {"a.b", "a\\.b", [anchored]}, {"aab", "a+", [ungreedy, {capture, first, list}]}, {"abc", "b", [{offset, 2}]}]]]),
    io:format("~p~n", [[re:replace("hello world", "o", "0", [global, {return, list}]), re:replace("abc", "(b)", "[\\1&\\g1]", [{return, binary}]), re:replace("aaa", "a", "b", [{return, list}])]]),
    io:format("~p~n", [[re:split("a,b;c", "[,;]", [{return, list}]), re:split("abc", "", [{return, list}]), re:split("a1b2c", "(\\d)", [{return, list}]), re:split("a,,b,", ",", [trim, {return, list}]), re:split("a,b,c", ",", [{parts, 2}, {return, binary}])]]),
    {ok, C} = re:compile("^(\\w+)\\s(?i)WORLD$"),
    io:format("~p~n", [[re:run(S, C, [{capture, all, list}]) || S <- ["hello world", "bye World", "x"]]]),
    io:format("~p~n", [[re:compile(P) || P <- ["(", "[a", "a**", "(?<n>a)(?<n>b)", "\\", "a{3,1}", "(?P"]]]),
    io:format("~p~n", [re:run(lists:duplicate(5000, $a) ++ "b", "a*b$", [{capture, none}])]).
