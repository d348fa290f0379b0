%% Compresses samples into files of a directory, and checks that what lies in such files are the samples.
-module(zstd_frames).
-export([pack/1, check/1, pause/1]).

pack([Dir]) ->
    [ok = file:write_file(file(Dir, N), zstd:compress(Data, Options)) || {N, Data, Options} <- samples()],
    Generated = [iolist_to_binary(zstd:compress(Data, Options)) || {Data, Options} <- generated()],
    ok = file:write_file(file(Dir, 0), term_to_binary(Generated)),
    io:put_chars("done\n").

check([Dir]) ->
    [begin
         {ok, Packed} = file:read_file(file(Dir, N)),
         {N, Data} = {N, iolist_to_binary(zstd:decompress(Packed, maps:with([dictionary], Options)))}
     end || {N, Data, Options} <- samples()],
    {ok, Generated} = file:read_file(file(Dir, 0)),
    [{Options, Data} = {Options, iolist_to_binary(zstd:decompress(Packed, maps:with([dictionary], Options)))}
     || {Packed, {Data, Options}} <- lists:zip(binary_to_term(Generated), generated())],
    io:put_chars("done\n").

%% Nobody waits long while others compress: how long a process beside it did not run, and how long that took. (The best
%% of some runs: the others were disturbed from outside.)
pause(_) ->
    Text = iolist_to_binary([io_lib:format("line ~p of the text, ~p again~n", [N rem 97, N * N rem 31]) || N <- lists:seq(1, 10000)]),
    Waits = [{Level, lists:min([wait(Text, Level) || _ <- [1, 2, 3]])} || Level <- [1, 6, 12, 19]],
    case [W || {_, {Wait, Took}} = W <- Waits, Wait > 10000, Wait * 2 > Took] of
        [] -> io:put_chars("done\n");
        Long -> io:format("~p~n", [Long])
    end.

wait(Text, Level) ->
    Self = self(),
    Start = erlang:monotonic_time(microsecond),
    Ticker = spawn(fun() -> tick(Self, Start, 0) end),
    _ = zstd:compress(Text, #{compressionLevel => Level}),
    Took = erlang:monotonic_time(microsecond) - Start,
    Ticker ! stop,
    receive {worst, Worst} -> {Worst, Took} end.

tick(To, Last, Worst) ->
    receive
        stop -> To ! {worst, Worst}
    after 0 ->
        erlang:yield(),
        Now = erlang:monotonic_time(microsecond),
        tick(To, Now, max(Worst, Now - Last))
    end.

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

%% Texts of pieces that occur again, in runs, of few or many different bytes; any parameters.
generated() ->
    _ = rand:seed(exsss, {1, 2, 3}),
    [{text(), options()} || _ <- lists:seq(1, 3000)].

text() ->
    Pieces = list_to_tuple([piece() || _ <- lists:seq(1, 1 + rand:uniform(6))]),
    iolist_to_binary([element(rand:uniform(tuple_size(Pieces)), Pieces) || _ <- lists:seq(1, rand:uniform(30))]).

piece() ->
    case rand:uniform(5) of
        1 -> binary:copy(<<(rand:uniform(256) - 1)>>, rand:uniform(2000));
        2 -> rand:bytes(rand:uniform(400));
        3 -> << <<($a + rand:uniform(4))>> || _ <- lists:seq(1, rand:uniform(600)) >>;
        4 -> binary:copy(rand:bytes(rand:uniform(12)), rand:uniform(100));
        5 -> << <<(trunc(math:log(rand:uniform()) * -20) band 255)>> || _ <- lists:seq(1, rand:uniform(1500)) >>
    end.

options() ->
    All = [{compressionLevel, rand:uniform(30) - 8}, {checksumFlag, rand:uniform(2) =:= 1}, {windowLog, 9 + rand:uniform(12)},
           {strategy, lists:nth(rand:uniform(9), [fast, dfast, greedy, lazy, lazy2, btlazy2, btopt, btultra, btultra2])},
           {hashLog, 5 + rand:uniform(12)}, {chainLog, 5 + rand:uniform(12)}, {searchLog, rand:uniform(8)}, {minMatch, 2 + rand:uniform(5)},
           {targetLength, rand:uniform(300)}, {targetCBlockSize, 1340 + rand:uniform(5000)}, {enableLongDistanceMatching, true},
           {ldmMinMatch, 3 + rand:uniform(60)}, {ldmHashRateLog, rand:uniform(6)}, {contentSizeFlag, rand:uniform(2) =:= 1},
           {dictionary, text()}],
    maps:from_list([O || O <- All, rand:uniform(3) =:= 1]).
