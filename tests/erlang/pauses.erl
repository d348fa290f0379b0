%% How long natives keep others waiting: beside each call, on one scheduler, a process counts how long it did not run.
%% Prints a line `Name Took WorstGap` (microseconds) for each call, three times. Results are small, or binaries, so that
%% no collection of what a native has made is counted in.
-module(pauses).
-export([main/0]).

main() ->
    lists:foreach(fun({Name, Prepare}) ->
        Call = Prepare(),
        [measure(Name, Call) || _ <- [1, 2, 3]]
    end, calls()).

measure(Name, Call) ->
    Self = self(),
    Ticker = spawn(fun() -> tick(Self, now_us(), 0) end),
    erlang:yield(),
    Start = now_us(),
    {_, Ref} = spawn_monitor(fun() -> Call(), exit({took, now_us() - Start}) end),
    Took = receive {'DOWN', Ref, process, _, {took, T}} -> T end,
    Ticker ! stop,
    receive {worst, Worst} -> io:format("~s ~p ~p~n", [Name, Took, Worst]) end.

tick(To, Last, Worst) ->
    receive
        stop -> To ! {worst, Worst}
    after 0 ->
        erlang:yield(),
        Now = now_us(),
        tick(To, Now, max(Worst, Now - Last))
    end.

now_us() -> erlang:monotonic_time(microsecond).

%% A term that no process holds a copy of.
shared(Name, Term) ->
    persistent_term:put({?MODULE, Name}, Term),
    fun() -> persistent_term:get({?MODULE, Name}) end.

calls() ->
    List = shared(list, lists:seq(1, 3000000)),
    Pairs = shared(pairs, [{I, <<I:32>>} || I <- lists:seq(1, 700000)]),
    Chars = shared(chars, lists:duplicate(3000000, 8364)),
    Bytes = shared(bytes, [[C, <<C, C>>] || C <- lists:duplicate(1000000, $a)]),
    Binary = fun() -> binary:copy(<<"abcdefghij">>, 10000000) end,
    Table = fun() -> T = ets:new(t, [public]), ets:insert(T, [{I, I rem 7} || I <- lists:seq(1, 500000)]), T end,
    [{"term_to_binary", fun() -> fun() -> term_to_binary({List(), Pairs()}) end end},
     {"term_to_binary_compressed", fun() -> fun() -> term_to_binary(Pairs(), [compressed]) end end},
     {"external_size", fun() -> fun() -> erlang:external_size({List(), Pairs()}) end end},
     {"phash2", fun() -> fun() -> erlang:phash2({List(), Pairs()}) end end},
     {"iolist_to_binary", fun() -> fun() -> iolist_to_binary(Bytes()) end end},
     {"iolist_size", fun() -> fun() -> iolist_size(Bytes()) end end},
     {"list_to_bitstring", fun() -> fun() -> list_to_bitstring([<<1:1>>, Bytes()]) end end},
     {"crc32", fun() -> fun() -> erlang:crc32(Bytes()) end end},
     {"adler32", fun() -> B = Binary(), fun() -> erlang:adler32(B) end end},
     {"md5", fun() -> B = Binary(), fun() -> erlang:md5(B) end end},
     {"md5_update", fun() -> B = Binary(), fun() -> erlang:md5_update(erlang:md5_init(), B) end end},
     {"length", fun() -> fun() -> length(List()) end end},
     {"integer_to_list", fun() -> N = 1 bsl 1500000 - 1, fun() -> integer_to_binary(N) end end},
     {"zlib_deflate", fun() -> B = Binary(), fun() -> zlib:compress(B) end end},
     {"zlib_inflate", fun() -> B = zlib:compress(Binary()), fun() -> zlib:uncompress(B) end end},
     {"member", fun() -> fun() -> lists:member(none, List()) end end},
     {"keyfind", fun() -> fun() -> lists:keyfind(none, 1, List()) end end},
     {"characters_to_binary", fun() -> fun() -> unicode:characters_to_binary(Chars()) end end},
     {"characters_to_binary_latin1", fun() -> B = binary:copy(<<200>>, 50000000), fun() -> unicode:characters_to_binary(B, latin1) end end},
     {"copy", fun() -> B = Binary(), fun() -> binary:copy(B, 4) end end},
     {"longest_common_prefix", fun() -> B = Binary(), C = Binary(), fun() -> binary:longest_common_prefix([B, C]) end end},
     {"re_run", fun() -> B = binary:copy(<<"ab">>, 1000000), fun() -> re:run(B, "(?:a|b)+?\\d", [report_errors]) end end},
     {"select_count", fun() -> T = Table(), fun() -> ets:select_count(T, [{{'$1', '$2'}, [{'=:=', {'rem', '$1', 7}, '$2'}], [true]}]) end end}].
