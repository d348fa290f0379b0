%% zlib: compress, gzip, zip, streams in chunks, levels, checksums, broken input.
-module(zlib_streams).
-export([main/0]).

main() ->
    B = binary:copy(<<"hello zlib, hello zlib! ">>, 500),
    io:format("~p~n", [[zlib:uncompress(zlib:compress(B)) =:= B, zlib:gunzip(zlib:gzip(B)) =:= B, zlib:unzip(zlib:zip(B)) =:= B, byte_size(zlib:compress(B)) < 200]]),
    io:format("~p~n", [[try F(<<"garbage">>) catch C:R -> {C, R} end || F <- [fun zlib:uncompress/1, fun zlib:gunzip/1, fun zlib:unzip/1]]]),
    Z = zlib:open(), ok = zlib:deflateInit(Z, best_compression),
    Parts = [zlib:deflate(Z, binary:part(B, I * 1000, 1000)) || I <- lists:seq(0, 11)],
    Last = zlib:deflate(Z, [], finish),
    zlib:deflateEnd(Z), zlib:close(Z),
    io:format("~p~n", [zlib:uncompress(iolist_to_binary([Parts, Last])) =:= B]),
    Y = zlib:open(), zlib:inflateInit(Y),
    Whole = zlib:compress(B), {W1, W2} = split_binary(Whole, 20),
    io:format("~p~n", [iolist_to_binary([zlib:inflate(Y, W1), zlib:inflate(Y, W2)]) =:= B]),
    io:format("~p~n", [zlib:inflateEnd(Y)]), zlib:close(Y),
    X = zlib:open(), zlib:inflateInit(X, 31),
    io:format("~p~n", [iolist_to_binary(zlib:inflate(X, zlib:gzip(<<"windowed">>)))]),
    io:format("~p~n", [[erlang:crc32(<<"abc">>), erlang:adler32(<<"abc">>), try zlib:inflate(zlib:open(), <<>>) catch C:R -> {C, R} end]]),
    V = zlib:open(), zlib:inflateInit(V),
    io:format("~p~n", [drain(V, zlib:safeInflate(V, Whole), 0)]).

drain(Z, {continue, Out}, N) -> drain(Z, zlib:safeInflate(Z, []), N + iolist_size(Out));
drain(_, {finished, Out}, N) -> N + iolist_size(Out).
