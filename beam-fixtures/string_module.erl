%% The string module on lists, binaries and grapheme clusters.
-module(string_module).
-export([main/0]).

main() ->
    Ss = ["Hello, Wörld", <<"Hello, Wörld"/utf8>>, [$e, 16#301, "llo"], ""],
    io:format("~tp~n", [[[string:length(S), string:uppercase(S), string:lowercase(S), string:reverse(S), string:slice(S, 1, 3), string:titlecase(S), string:casefold(S)] || S <- Ss]]),
    io:format("~tp~n", [[string:split("a,b,c", ","), string:split("a,b,c", ",", all), string:split(<<"a,b,c">>, ",", trailing), string:lexemes("  a b  c ", " "), string:tokens("a;b,c", ";,"), string:replace("aXbXc", "X", "-", all)]]),
    io:format("~tp~n", [[string:trim("  x  "), string:trim(<<"\n x">>, leading), string:trim("xxaxx", both, "x"), string:pad("ab", 5), string:pad("ab", 5, leading, $.), string:pad("ab", 6, both, "*"), string:chomp("a\r\n")]]),
    io:format("~tp~n", [[string:find("hello", "l"), string:find("hello", "l", trailing), string:prefix("hello", "he"), string:prefix("hello", "x"), string:equal("a", <<"a">>), string:equal("A", "a", true), string:is_empty(<<>>), string:to_integer("12ab"), string:to_float("1.5e3x"), string:to_integer("x")]]),
    io:format("~tp~n", [[string:next_grapheme([$e, 16#301, $x]), string:next_codepoint("ab"), string:to_graphemes([16#1f468, 16#200d, 16#1f469, $a]), string:take("abc123", lists:seq($a, $z)), string:nth_lexeme("a b c", 2, " ")]]),
    io:format("~tp~n", [[string:str("abcabc", "ca"), string:rstr("abcabc", "bc"), string:chr("abc", $b), string:substr("hello", 2, 3), string:strip("  x "), string:centre("x", 5), string:right("x", 3), string:left("abc", 2), string:join(["a", "b"], ", "), string:copies("ab", 2), string:words("a b c"), string:sub_word("a b c", 2), string:to_upper("abc"), string:concat("a", "b"), string:span("aab", "a"), string:cspan("xxa", "a")]]).
