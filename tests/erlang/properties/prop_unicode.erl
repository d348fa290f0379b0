%% The module `unicode`: conversions between encodings, normal forms, byte order marks.
-module(prop_unicode).
-export([one/0]).
-import(prop_gen, [below/1, one_of/1, often/2, chardata/0, text/0, bytes/1, shaped/1]).
-import(prop_run, [call/3]).

one() ->
    D = often(3, {fun prop_gen:chardata/0, fun encoded/0}),
    case below(9) of
        0 -> call(unicode, characters_to_list, [D]);
        1 -> call(unicode, characters_to_list, [D, encoding()]);
        2 -> call(unicode, characters_to_binary, [D]);
        3 -> call(unicode, characters_to_binary, [D, encoding()]);
        4 -> call(unicode, characters_to_binary, [D, encoding(), encoding()]);
        5 -> call(unicode, bom_to_encoding, [<<(one_of([<<>>, <<239, 187, 191>>, <<254, 255>>, <<255, 254>>, <<255, 254, 0, 0>>, <<0, 0, 254, 255>>, bytes(3)]))/binary, (bytes(below(5)))/binary>>]);
        6 -> call(unicode, encoding_to_bom, [encoding()]);
        7 -> call(unicode, one_of([characters_to_nfc_list, characters_to_nfd_list, characters_to_nfkc_list, characters_to_nfkd_list]), [chardata()]);
        8 -> call(unicode, one_of([characters_to_nfc_binary, characters_to_nfd_binary, characters_to_nfkc_binary, characters_to_nfkd_binary]), [chardata()])
    end.

encoding() ->
    one_of([latin1, unicode, utf8, utf16, {utf16, big}, {utf16, little}, utf32, {utf32, big}, {utf32, little}, often(4, {utf8, one_of([utf7, {utf8, big}, {utf16, a}, 1])})]).

%% Text in one of the encodings, cut or broken now and then.
encoded() ->
    B = unicode:characters_to_binary(text(), unicode, one_of([utf8, {utf16, big}, {utf16, little}, {utf32, big}, {utf32, little}])),
    case below(4) of
        0 -> shaped(binary:part(B, 0, below(byte_size(B) + 1)));
        1 -> N = below(byte_size(B) + 1), <<X:N/binary, Y/binary>> = B, shaped(<<X/binary, (bytes(1))/binary, Y/binary>>);
        2 -> N = below(byte_size(B) + 1), <<X:N/binary, Y/binary>> = B, [X, [[] | shaped(Y)]];
        _ -> shaped(B)
    end.
