%% Compresses samples into files of a directory, and checks that what lies in such files are the samples.
-module(zstd_frames).
-export([pack/1, check/1]).

pack([Dir]) ->
    [ok = file:write_file(file(Dir, N), zstd:compress(Data, Options)) || {N, Data, Options} <- samples()],
    io:put_chars("done\n").

check([Dir]) ->
    [begin
         {ok, Packed} = file:read_file(file(Dir, N)),
         {N, Data} = {N, iolist_to_binary(zstd:decompress(Packed, maps:with([dictionary], Options)))}
     end || {N, Data, Options} <- samples()],
    io:put_chars("done\n").

file(Dir, N) -> filename:join(Dir, integer_to_list(N)).

samples() ->
    Text = list_to_binary([io_lib:format("line ~p of the text, ~p again~n", [N rem 97, N * N rem 31]) || N <- lists:seq(1, 12000)]),
    Random = << <<(erlang:phash2({N, x}, 256))>> || N <- lists:seq(1, 150000) >>,
    Skewed = << <<(erlang:phash2({N, y}, 1 + erlang:phash2({N, z}, 40)))>> || N <- lists:seq(1, 200000) >>,
    {ok, Code} = file:read_file(code:where_is_file("lists.beam")),
    Dictionary = list_to_binary([io_lib:format("the text, ~p again", [N]) || N <- lists:seq(1, 300)]),
    All = [<<>>, <<"x">>, Text, Random, Skewed, Code, binary:copy(Code, 9), binary:copy(<<0>>, 2000000), <<Text/binary, Random/binary, Skewed/binary, Text/binary>>
           | [binary:part(Text, N, N * 7) || N <- [1, 10, 100, 1000, 10000]]],
    Options = [#{}, #{compressionLevel => -5}, #{compressionLevel => 1}, #{compressionLevel => 9}, #{windowLog => 10, checksumFlag => true},
               #{windowLog => 18}, #{dictionary => Dictionary, checksumFlag => true}, #{dictionary => Dictionary, windowLog => 12}],
    [{N, Data, O} || {N, {Data, O}} <- lists:enumerate([{D, O} || D <- All, O <- Options])].
