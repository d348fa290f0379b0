%% zstd (OTP 28): what comes back from what was compressed, whole and in pieces, with dictionaries and checksums; headers;
%% parameters and their bounds; errors. (The compressed bytes are not the same as stock's.) On older releases there is none.
-module(zstd_streams).
-export([main/0]).

-if(?OTP_RELEASE >= 28).

main() ->
    [io:format("~p ~p~n", [Name, [there_and_back(Data, O) || O <- options()]]) || {Name, Data} <- samples()],
    io:format("~p~n", [[{Name, pieces(Data, N)} || {Name, Data} <- samples(), byte_size(Data) < 300000, N <- [1, 7, 1000, 70000]]]),
    show(headers()),
    show(parameters()),
    flushes(),
    dictionaries(),
    pledges(),
    errors(),
    hostile().

show(L) -> [io:format("~p~n", [X]) || X <- L].

samples() ->
    Text = list_to_binary([io_lib:format("line ~p of the text, ~p again~n", [N rem 97, N * N rem 31]) || N <- lists:seq(1, 20000)]),
    Random = << <<(erlang:phash2({N, x}, 256))>> || N <- lists:seq(1, 200000) >>,
    [{empty, <<>>}, {one, <<1>>}, {few, <<"abcabcabcabc">>}, {zeros, binary:copy(<<0>>, 1000000)}, {text, Text}, {random, Random},
     {mixed, <<Text:100000/binary, Random/binary, Text/binary, 0:800000, Text/binary>>}, {block, binary:part(Text, 0, 131072)},
     {pairs, binary:copy(<<"ab">>, 70000)}, {short, binary:part(Text, 0, 900)}, {middle, binary:part(Text, 0, 5000)}].

options() ->
    [#{}, #{compressionLevel => 1}, #{compressionLevel => -50}, #{compressionLevel => 12}, #{checksumFlag => true}, #{windowLog => 10},
     #{windowLog => 17, checksumFlag => true, contentSizeFlag => false}, #{strategy => btultra2, hashLog => 12, enableLongDistanceMatching => true}].

there_and_back(Data, Options) ->
    Packed = iolist_to_binary(zstd:compress(Data, Options)),
    Back = zstd:decompress(Packed),
    {ok, H} = zstd:get_frame_header(Packed),
    {iolist_to_binary(Back) =:= Data, byte_size(Packed) =< byte_size(Data) + 100, [byte_size(B) || B <- Back] =/= [], maps:get(checksumFlag, H),
     maps:get(frameContentSize, H), maps:get(windowSize, H)}.

pieces(Data, N) ->
    {ok, C} = zstd:context(compress, #{checksumFlag => true}),
    Packed = iolist_to_binary(stream(C, parts(Data, N), [])),
    {ok, D} = zstd:context(decompress),
    Back = iolist_to_binary(stream(D, parts(Packed, N), [])),
    ok = zstd:close(C),
    ok = zstd:close(D),
    Back =:= Data.

parts(B, N) when byte_size(B) =< N -> [B];
parts(B, N) ->
    <<P:N/binary, Rest/binary>> = B,
    [P | parts(Rest, N)].

stream(Ctx, [Last], Out) ->
    {done, O} = zstd:finish(Ctx, Last),
    lists:reverse(Out, [O]);
stream(Ctx, [P | Rest], Out) ->
    case zstd:stream(Ctx, P) of
        {continue, O} -> stream(Ctx, Rest, [O | Out]);
        {continue, More, O} -> stream(Ctx, [iolist_to_binary(More) | Rest], [O | Out])
    end.

headers() ->
    Frames = [zstd:compress(binary:copy(<<"xyz">>, N), O) || N <- [0, 1, 85, 86, 21931, 100000], O <- [#{}, #{contentSizeFlag => false}, #{checksumFlag => true, windowLog => 12}]],
    Made = [<<16#184d2a53:32/little, 5:32/little, "abcde">>, <<16#fd2fb528:32/little, 16#c0, 16#58, 70000000000:64/little>>,
            <<16#fd2fb528:32/little, 8, 16#58>>, <<16#fd2fb528:32/little, 0, 16#ff>>, <<16#fd2fb528:32/little, 3, 16#58, 77:32/little>>, <<"abcd">>, <<"ab">>],
    [case zstd:get_frame_header(F) of {ok, H} -> lists:sort(maps:to_list(H)); E -> E end || F <- Frames ++ Made] ++
        [zstd:get_dict_id(F) || F <- Made].

parameters() ->
    {ok, C} = zstd:context(compress),
    Keys = [compressionLevel, windowLog, hashLog, chainLog, searchLog, minMatch, targetLength, targetCBlockSize, ldmHashLog, ldmMinMatch, ldmBucketSizeLog, ldmHashRateLog],
    Numbers = [{K, V, attempt(fun() -> zstd:set_parameter(C, K, V) end), zstd:get_parameter(C, K)}
               || K <- Keys, V <- [0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 22, 23, 25, 26, 30, 31, 32, 1339, 4096, 4097, 131072, 131073, -1, -131072, -200000, x, 1.0, 1 bsl 40]],
    Flags = [{K, V, attempt(fun() -> zstd:set_parameter(C, K, V) end), zstd:get_parameter(C, K)}
             || K <- [enableLongDistanceMatching, contentSizeFlag, checksumFlag, dictIDFlag], V <- [true, false, 1]],
    Strategies = [{V, attempt(fun() -> zstd:set_parameter(C, strategy, V) end), zstd:get_parameter(C, strategy)}
                  || V <- [fast, dfast, greedy, lazy, lazy2, btlazy2, btopt, btultra, btultra2, default, x, 3]],
    {ok, D} = zstd:context(decompress),
    Windows = [{V, attempt(fun() -> zstd:set_parameter(D, windowLogMax, V) end), zstd:get_parameter(D, windowLogMax)} || V <- [27, 10, 9, 0, 31, 32, -1, x]],
    Bad = [attempt(F) || F <- [fun() -> zstd:set_parameter(C, no, 1) end, fun() -> zstd:get_parameter(C, no) end, fun() -> zstd:set_parameter(D, no, 1) end,
                               fun() -> zstd:get_parameter(D, no) end, fun() -> zstd:set_parameter(x, no, 1) end, fun() -> zstd:get_parameter(C, "no") end,
                               fun() -> zstd:context(compress, #{windowLog => 99}) end, fun() -> zstd:context(other) end]],
    {continue, _} = zstd:stream(C, <<"begun">>),
    Later = [{K, attempt(fun() -> zstd:set_parameter(C, K, V) end)}
             || {K, V} <- [{compressionLevel, 2}, {windowLog, 12}, {hashLog, 12}, {strategy, fast}, {checksumFlag, true}, {targetCBlockSize, 2000}, {ldmHashLog, 7},
                           {pledgedSrcSize, 7}, {dictionary, <<"some dictionary">>}]],
    {continue, _} = zstd:stream(D, <<16#28>>),
    Busy = [attempt(fun() -> zstd:set_parameter(D, K, V) end) || {K, V} <- [{windowLogMax, 12}, {dictionary, <<"some dictionary">>}]],
    [Numbers, Flags, Strategies, Windows, Bad, Later, Busy].

%% What has been flushed can be read before there is more.
flushes() ->
    {ok, C} = zstd:context(compress),
    {ok, D} = zstd:context(decompress),
    Read = fun(B) -> {continue, O} = zstd:stream(D, B), O end,
    show([begin
              {continue, A} = zstd:stream(C, T),
              {continue, B} = zstd:flush(C),
              {T, Read(<<A/binary, B/binary>>)}
          end || T <- [<<"first">>, <<>>, <<"second and first">>, binary:copy(<<"third">>, 10)]]),
    {done, Last} = zstd:finish(C, <<"end">>),
    show([Read(iolist_to_binary(Last)), zstd:finish(D, <<>>), zstd:flush(C)]),
    {error, {badarg, {invalid_context, D}}} = attempt(fun() -> zstd:flush(D) end),
    show([zstd:reset(C), zstd:reset(D)]).

dictionaries() ->
    Raw = list_to_binary([io_lib:format("the key ~p has the value ~p;", [N, N * 7]) || N <- lists:seq(1, 500)]),
    Data = <<"the key 77 has the value 539;the key 400 has the value 2800;and something else">>,
    Plain = iolist_to_binary(zstd:compress(Data)),
    Packed = iolist_to_binary(zstd:compress(Data, #{dictionary => Raw})),
    {ok, CD} = zstd:dict(compress, Raw, #{compressionLevel => 7}),
    {ok, DD} = zstd:dict(decompress, Raw),
    ByReference = iolist_to_binary(zstd:compress(Data, #{dictionary => CD})),
    show([byte_size(Packed) < byte_size(Plain), [iolist_to_binary(zstd:decompress(P, #{dictionary => W})) =:= Data || P <- [Plain, Packed, ByReference], W <- [Raw, DD]],
          [zstd:get_dict_id(X) || X <- [Raw, CD, DD, Packed, <<16#ec30a437:32/little, 5:32/little>>, <<>>, [<<1>>]]]]),
    Long = binary:copy(<<Data/binary, Raw/binary>>, 60),
    show([iolist_to_binary(zstd:decompress(zstd:compress(Long, O#{dictionary => Raw}), #{dictionary => Raw})) =:= Long
          || O <- [#{}, #{windowLog => 10}, #{windowLog => 14, checksumFlag => true}, #{compressionLevel => 19}]]),
    Broken = <<16#ec30a437:32/little, 5:32/little, 0:800>>,
    show([attempt(F) || F <- [fun() -> zstd:dict(compress, "list") end, fun() -> zstd:dict(decompress, x) end, fun() -> zstd:dict(compress, Broken) end,
                              fun() -> zstd:dict(decompress, Broken) end,
                              fun() -> {ok, C} = zstd:context(compress), zstd:set_parameter(C, dictionary, DD) end,
                              fun() -> {ok, D} = zstd:context(decompress), zstd:set_parameter(D, dictionary, CD) end,
                              fun() -> {ok, D} = zstd:context(decompress), zstd:set_parameter(D, dictionary, [<<"abc">>, "defghijkl"]) end]]).

pledges() ->
    {ok, C} = zstd:context(compress),
    Try = fun(Size, Pieces) ->
                  ok = zstd:set_parameter(C, pledgedSrcSize, Size),
                  attempt(fun() -> iolist_to_binary(zstd:decompress(iolist_to_binary(stream(C, Pieces, [])))) end)
          end,
    show([Try(6, [<<"abc">>, <<"def">>]), Try(7, [<<"abc">>, <<"def">>]), Try(5, [<<"abc">>, <<"def">>]), Try(20, [binary:copy(<<"x">>, 10000), <<>>]),
          Try(0, [<<>>, <<>>]), Try(3, [<<"abc">>])]).

errors() ->
    Packed = iolist_to_binary(zstd:compress(binary:copy(<<"some text to be changed ">>, 20), #{checksumFlag => true})),
    N = byte_size(Packed) - 1,
    <<Front:N/binary, Last>> = Packed,
    <<H:5/binary, Size, Rest/binary>> = Packed,
    {P, _} = spawn_monitor(fun() -> {ok, X} = zstd:context(compress), exit({ctx, X}) end),
    {ok, Closed} = zstd:context(compress),
    ok = zstd:close(Closed),
    Other = receive {'DOWN', _, _, P, {ctx, X}} -> X end,
    show([attempt(F) || F <- [fun() -> zstd:decompress(<<"no frame">>) end, fun() -> zstd:decompress(<<Front/binary, (Last bxor 1)>>) end,
                              fun() -> zstd:decompress([<<H/binary, (Size + 1), Rest/binary>>]) end, fun() -> zstd:decompress(Front) end,
                              fun() -> zstd:decompress([Packed, <<"x">>]) end, fun() -> zstd:decompress([Packed, Packed]) end,
                              fun() -> zstd:decompress([<<16#184d2a50:32/little, 3:32/little, "abc">>, Packed, <<16#184d2a5f:32/little, 0:32/little>>]) end,
                              fun() -> zstd:decompress(<<16#fd2fb528:32/little, 0, 16#f8>>) end, fun() -> zstd:decompress(<<16#fd2fb528:32/little, 8, 0>>) end,
                              fun() -> zstd:decompress(<<16#fd2fb528:32/little, 1, 0, 7>>) end, fun() -> zstd:decompress(<<16#fd2fb528:32/little, 0, 0, 7, 0, 0>>) end,
                              fun() -> zstd:decompress(Packed, #{windowLogMax => 10}) end,
                              fun() -> zstd:decompress(zstd:compress(binary:copy(<<1>>, 5000)), #{windowLogMax => 10}) end,
                              fun() -> zstd:compress(<<"x">>, Closed) end, fun() -> zstd:reset(Closed) end, fun() -> zstd:close(Closed) end,
                              fun() -> zstd:compress(<<"x">>, Other) end, fun() -> zstd:close(Other) end, fun() -> zstd:stream(Other, <<>>) end,
                              fun() -> zstd:compress(x) end, fun() -> zstd:decompress("a" ++ x) end, fun() -> {ok, C} = zstd:context(compress), zstd:stream(C, x) end,
                              fun() -> {ok, C} = zstd:context(compress), zstd:stream(C, <<1:3>>) end]]).

%% Changed bytes are an error or other bytes, never the end of the machine.
hostile() ->
    Data = list_to_binary([io_lib:format("~p ", [N * N]) || N <- lists:seq(1, 3000)]),
    Packed = iolist_to_binary(zstd:compress(Data)),
    Changed = [begin
                   At = erlang:phash2({at, N}, byte_size(Packed)),
                   <<A:At/binary, B, C/binary>> = Packed,
                   <<A/binary, (B bxor (1 + erlang:phash2({by, N}, 255))), C/binary>>
               end || N <- lists:seq(1, 2000)],
    Outcomes = [try zstd:decompress(C), ok catch error:{zstd_error, T} when is_binary(T) -> ok end || C <- Changed],
    show([lists:usort(Outcomes)]).

attempt(F) ->
    try F() of
        {ok, {K, R}} when is_reference(R) -> {ok, K};
        {ok, {K, R}} -> {ok, {K, R}};
        L when is_list(L) -> short(iolist_to_binary(L));
        V -> short(V)
    catch
        C:R -> {C, R}
    end.

short(B) when is_binary(B), byte_size(B) > 100 -> {byte_size(B), erlang:md5(B)};
short(V) -> V.

-else.

main() -> io:put_chars("no zstd\n").

-endif.
