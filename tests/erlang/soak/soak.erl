%% Everything at once, for as long as is asked for: what is made goes away again, and memory stays what it was.
%%
%% `erl -noshell -pa EBIN -run soak main MINUTES DIR`: a line a minute (or, of a short run, for each tenth), then a verdict
%% and the exit status: 0, or 1 when something is left or has grown. DIR is for files that come and go.
-module(soak).
-export([main/1, worker/3]).

-define(SAMPLES, 6).    % at the least, on a machine that is busy with something else
-define(GROWTH, 1.10).  % what is more than this, and more than slack/1, has grown

main([Minutes, Dir]) ->
    Length = round(list_to_float(decimal(Minutes)) * 60000),
    process_flag(trap_exit, true),
    Loads = soak_loads:all(Dir),
    Before = left(),
    Counters = counters:new(length(Loads), [write_concurrency]),
    Workers = [spawn_link(?MODULE, worker, [Load, Counters, N]) || {N, Load} <- lists:enumerate(Loads)],
    Start = erlang:monotonic_time(millisecond),
    Samples = samples(Start, Length, Counters, Loads, Workers, []),
    [begin W ! stop, receive {'EXIT', W, Why} -> done = Why end end || W <- Workers],
    Idle = [element(1, L) || {N, L} <- lists:enumerate(Loads), counters:get(Counters, N) =:= 0],
    After = settled(Before, 50),
    Grown = grown(Samples),
    Verdict = [{left, {Before, After}} || After =/= Before] ++ [{grown, G} || G <- Grown] ++ [{idle, I} || I <- Idle],
    io:format("~s~n", [case Verdict of [] -> "nothing left, nothing grown"; _ -> io_lib:format("~p", [Verdict]) end]),
    erlang:halt(case Verdict of [] -> 0; _ -> 1 end).

decimal(S) -> case lists:member($., S) of true -> S; false -> S ++ ".0" end.

%% Does its load again and again, until told to stop; rests while a sample is taken. A load that goes wrong ends the run.
worker(Load, Counters, N) ->
    process_flag(trap_exit, true),
    worker_loop(Load, Counters, N).

worker_loop({Name, Do} = Load, Counters, N) ->
    receive
        stop -> exit(done);
        {rest, From} -> From ! {resting, self()}, receive go -> ok end
    after 0 ->
        Do(),
        receive
            Unexpected when Unexpected =/= stop, element(1, Unexpected) =/= rest -> exit({Name, Unexpected})
        after 0 -> ok
        end,
        counters:add(Counters, N, 1)
    end,
    worker_loop(Load, Counters, N).

samples(Start, Length, Counters, Loads, Workers, Samples) ->
    Now = erlang:monotonic_time(millisecond) - Start,
    case Now >= Length andalso length(Samples) >= ?SAMPLES of
        true -> lists:reverse(Samples);
        false ->
            receive {'EXIT', _, Why} -> failed(Why) after min(Length div 10, 60000) -> ok end,
            Sample = at_rest(Workers, fun sample/0),
            Done = [{Name, counters:get(Counters, N)} || {N, {Name, _}} <- lists:enumerate(Loads)],
            io:format("~8.1f s ~w~n           ~w~n", [Now / 1000, Sample, Done]),
            samples(Start, Length, Counters, Loads, Workers, [Sample | Samples])
    end.

failed(Why) -> io:format("~p~n", [Why]), erlang:halt(1).

%% What F sees while no load runs and all garbage is collected: what the loads have in hand just then is no growth.
at_rest(Workers, F) ->
    [W ! {rest, self()} || W <- Workers],
    [receive {resting, W} -> ok; {'EXIT', _, Why} -> failed(Why) end || W <- Workers],
    [garbage_collect(P) || P <- processes()],
    Seen = F(),
    [W ! go || W <- Workers],
    Seen.

%% Bytes.
sample() ->
    [{resident, resident()} | erlang:memory([total, processes, binary, ets, code, atom])].

resident() ->
    case file:read_file("/proc/self/statm") of
        {ok, Text} -> binary_to_integer(lists:nth(2, binary:split(Text, <<" ">>, [global]))) * 4096;
        {error, _} -> 0
    end.

%% Of each figure the median of the second quarter (by then all caches, pools and tables have their size) and that of the
%% last.
grown(Samples) ->
    Quarter = length(Samples) div 4,
    Early = lists:sublist(Samples, Quarter + 1, Quarter + 1),
    Late = lists:nthtail(length(Samples) - Quarter - 1, Samples),
    [{K, From, To} || {K, _} <- hd(Samples),
                      From <- [median(K, Early)], To <- [median(K, Late)],
                      To > From * ?GROWTH, To > From + slack(K)].

%% Bytes that come and go. The system's pages are kept for a while after a peak; heaps are larger than what is in them.
slack(K) when K =:= resident; K =:= total -> 48 bsl 20;
slack(processes) -> 8 bsl 20;
slack(_) -> 1 bsl 18.

median(K, Samples) ->
    lists:nth(length(Samples) div 2 + 1, lists:sort([proplists:get_value(K, S) || S <- Samples])).

left() ->
    [{processes, length(processes())}, {ports, length(erlang:ports())}, {tables, length(ets:all())},
     {persistent_terms, maps:get(count, persistent_term:info())}].

settled(Before, Tries) ->
    case left() of
        Other when Other =/= Before, Tries > 0 -> timer:sleep(100), settled(Before, Tries - 1);
        Same -> Same
    end.
