%% SPDX-License-Identifier: Apache-2.0
-module(b_zlib).
-export([run/0, run/1]).
%% zlib: packing at several levels, unpacking, a stream in pieces, checksums.
run() -> run(5).
run(N) ->
    Text = iolist_to_binary([[integer_to_binary(X), " GET /index/", integer_to_binary(X band 255), ".html\n"]
                             || X <- bench_util:lcg_list(8000, 5)]),
    bench_util:time(zlib, N, fun() -> loop(N, Text, 0) end).
loop(0, _, H) -> H;
loop(N, Text, H) ->
    A = zlib:gzip(Text),
    Text = zlib:gunzip(A),
    B = [pack(Text, Level) || Level <- [1, 9]],
    C = erlang:crc32(Text) bxor erlang:adler32(Text),
    loop(N - 1, Text, bench_util:mix(H, lists:sum([byte_size(A), C | B]))).
pack(Text, Level) ->
    Z = zlib:open(),
    ok = zlib:deflateInit(Z, Level),
    Packed = pieces(Z, Text),
    zlib:close(Z),
    iolist_size(Packed).
pieces(Z, <<Piece:4096/binary, Rest/binary>>) -> [zlib:deflate(Z, Piece) | pieces(Z, Rest)];
pieces(Z, Last) -> [zlib:deflate(Z, Last, finish)].
