%% Compression gives stock's very bytes: every level, strategy, window and memory size, pieces, flushes, dictionaries.
-module(zlib_bytes).
-export([main/0]).

main() ->
    rand:seed(exsss, {7, 11, 13}),
    Texts = [text(N) || N <- lists:seq(1, 6)],
    io:format("levels~n~p~n", [[{L, sum([packed(T, L, 15, 8, default) || T <- Texts])} || L <- [default, none, best_speed, best_compression | lists:seq(1, 9)]]]),
    [io:format("~w ~w ~w ~w ~s~n", [L, W, M, S, sum([packed(T, L, W, M, S) || T <- lists:sublist(Texts, 3)])])
     || L <- [0, 1, 4, 6, 9], W <- [9, 15, -12, 31], M <- [1, 9], S <- [default, filtered, huffman_only, rle]],
    [io:format("pieces ~s~n", [sum([pieces(T)])]) || T <- Texts, _ <- [1, 2, 3]],
    [io:format("changing ~s~n", [sum([changing(T)])]) || T <- Texts, _ <- [1, 2, 3]],
    io:format("dictionary ~p~n", [[dictionary(T, D, W) || T <- lists:sublist(Texts, 4), D <- [<<"a">>, <<"ab">>, <<"abcabcabd">>, T], W <- [15, 9, -15]]]),
    io:format("~p~n", [[zlib:compress(B) || B <- [<<>>, <<"a">>, <<"aaaaaaaaaaaaaaaaaaaaaaaa">>, <<"hello hello hello">>]]]),
    io:format("~p~n", [[zlib:gzip(B) || B <- [<<>>, <<"abcabcabc">>]]]),
    io:format("~p~n", [erlang:md5(term_to_binary([lists:seq(1, 5000), foo, {bar, "baz"}], [compressed, {minor_version, 2}]))]).

sum(Ts) -> [io_lib:format("~2.16.0b", [B]) || <<B>> <= erlang:md5(Ts)].

packed(T, Level, Window, Memory, Strategy) ->
    Z = zlib:open(),
    ok = zlib:deflateInit(Z, Level, deflated, Window, Memory, Strategy),
    B = zlib:deflate(Z, T, finish),
    zlib:close(Z),
    B.

pieces(T) ->
    Z = zlib:open(),
    ok = zlib:deflateInit(Z, rand:uniform(9)),
    Flushes = {none, none, none, none, sync, full},
    Go = fun Go(<<>>) -> zlib:deflate(Z, <<>>, finish);
             Go(B) ->
                 N = rand:uniform(byte_size(B)),
                 <<P:N/binary, Rest/binary>> = B,
                 [zlib:deflate(Z, P, element(rand:uniform(6), Flushes)) | Go(Rest)]
         end,
    B = Go(T),
    zlib:close(Z),
    B.

changing(T) ->
    Z = zlib:open(),
    ok = zlib:deflateInit(Z, rand:uniform(10) - 1),
    Go = fun Go(<<>>) -> zlib:deflate(Z, <<>>, finish);
             Go(B) ->
                 N = rand:uniform(byte_size(B)),
                 <<P:N/binary, Rest/binary>> = B,
                 D = zlib:deflate(Z, P),
                 ok = zlib:deflateParams(Z, rand:uniform(10) - 1, element(rand:uniform(4), {default, filtered, huffman_only, rle})),
                 [D | Go(Rest)]
         end,
    B = Go(T),
    zlib:close(Z),
    B.

dictionary(T, D, W) ->
    Z = zlib:open(),
    ok = zlib:deflateInit(Z, 6, deflated, W, 8, default),
    Adler = zlib:deflateSetDictionary(Z, D),
    B = zlib:deflate(Z, T, finish),
    zlib:close(Z),
    {Adler, iolist_size(B), erlang:md5(B)}.

text(N) -> iolist_to_binary([part(rand:uniform(6), 1 + rand:uniform(N * 3000)) || _ <- lists:seq(1, N)]).

part(1, N) -> rand:bytes(N);
part(2, N) -> binary:copy(<<(rand:uniform(256) - 1)>>, N);
part(3, N) -> << <<(96 + B rem 3)>> || <<B>> <= rand:bytes(N) >>;
part(4, N) -> [integer_to_list(I * I) || I <- lists:seq(1, N div 5)];
part(5, N) -> [lists:nth(rand:uniform(4), ["the quick ", "brown fox ", "jumps over ", "lazy dogs\n"]) || _ <- lists:seq(1, N div 10)];
part(6, N) -> B = rand:bytes(1 + N div 7), [B, binary:copy(B, 3), B].
