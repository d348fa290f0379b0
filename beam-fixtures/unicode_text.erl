%% The unicode module: all encodings, incomplete and wrong input, normal forms, characters.
-module(unicode_text).
-export([main/0]).

main() ->
    S = [$a, 229, 1234, 16#10ffff],
    io:format("~w~n", [[unicode:characters_to_binary(S, unicode, E) || E <- [utf8, utf16, {utf16, little}, utf32, {utf32, little}]]]),
    io:format("~w~n", [[unicode:characters_to_list(unicode:characters_to_binary(S, unicode, E), E) =:= S || E <- [utf8, {utf16, big}, {utf16, little}, utf32]]]),
    io:format("~w~n", [[unicode:characters_to_list(B) || B <- [<<"a", 16#c3>>, <<"a", 255, "b">>, [<<"a">>, <<16#c3>>, <<16#a5>>], [97, [16#d800]], [<<16#e2, 16#82>>, 97], <<>>, [[], []]]]]),
    io:format("~w~n", [[unicode:characters_to_binary(B, latin1, utf8) || B <- [<<229>>, [229, 256], "abc"]]]),
    io:format("~w~n", [[unicode:characters_to_binary(B, utf8, latin1) || B <- [<<"å"/utf8>>, <<1234/utf8>>, "x"]]]),
    io:format("~w~n", [[unicode:bom_to_encoding(B) || B <- [<<16#ef, 16#bb, 16#bf>>, <<254, 255>>, <<"x">>]]]),
    io:format("~w~n", [[unicode:F([$e, 16#301, 229, 16#fb01]) || F <- [characters_to_nfc_list, characters_to_nfd_list, characters_to_nfkc_list, characters_to_nfkd_binary]]]),
    Big = lists:duplicate(5000, [229, <<"x">>]),
    io:format("~w~n", [{byte_size(unicode:characters_to_binary(Big)), length(unicode:characters_to_list(unicode:characters_to_binary(Big)))}]).
