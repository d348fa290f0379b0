%% Large binaries and lists to and from UTF-8, with what is wrong in them at every place near those where pieces end.
-module(unicode_large).
-export([main/0]).

main() ->
    [io:format("~p ~p~n", [N, show(unicode:characters_to_list(text(N, C)))]) || N <- [65533, 65536, 131071], C <- [$a, 233, 8364, 128512]],
    [io:format("~p ~p ~p~n", [N, Bad, both([<<(text(N, $a))/binary, Bad/binary, (text(700, 8364))/binary>>, tail])])
        || N <- [65532, 65533, 65534, 65535, 65536], Bad <- [<<255>>, <<240, 159, 152>>, <<226, 130>>]],
    [io:format("~p ~p ~p~n", [N, Bad, both(<<(text(N, 8364))/binary, Bad/binary>>)]) || N <- [21843, 21844, 21845, 43690, 43691], Bad <- [<<226>>, <<226, 130>>, <<255>>, <<>>]],
    [io:format("~p ~p~n", [N, both([<<240, 159>>, <<152, 128, (text(N, 233))/binary>>, [text(N, 128512) | <<195>>]])]) || N <- [10, 32767, 32768, 70000]],
    L = lists:duplicate(50000, 8364), B = binary:copy(<<200, "a">>, 100000),
    io:format("~p~n", [[show(unicode:characters_to_binary(X, latin1)) || X <- [B, [B, B | B], [B, 300], [L, B]]]]),
    io:format("~p~n", [[show(unicode:characters_to_list(X, latin1)) || X <- [B, [B, B | B], [B, 300]]]]),
    io:format("~p~n", [[show(unicode:characters_to_binary(X)) || X <- [L, [L, L], [L, -1, L], [[[L], text(100000, 233)], 55296, L]]]]),
    io:format("~p~n", [[show(unicode:characters_to_binary(text(200000, 8364), utf8, E)) || E <- [utf8, utf16, {utf32, little}, latin1]]]).

text(N, C) -> binary:copy(<<C/utf8>>, N).
both(D) -> {show(unicode:characters_to_list(D)), show(unicode:characters_to_binary(D))}.

show({K, Good, Rest}) -> {K, show(Good), show(Rest)};
show(B) when is_binary(B) -> {byte_size(B), erlang:phash2(B)};
show([H | T] = L) when length(L) < 10 -> [show(H) | show(T)];
show(L) when is_list(L) -> {length(L), erlang:phash2(L)};
show(X) -> X.
