%% Control commands with any bytes, and any bytes as data, for the ports of `tcp_inet` and `udp_inet`: each is answered or
%% refused, and the node goes on.
%%
%% `erl -noshell -pa EBIN -run inet_controls main SEED SECONDS`: prints how many commands there were and what they came to.
-module(inet_controls).
-export([main/1, some/1]).

-define(MAGIC, 16#03f1a300).  % what is added to each command's number since OTP 24

main([Seed, Seconds]) ->
    rand:seed(exsss, list_to_integer(Seed)),
    Before = length(erlang:ports()),
    End = erlang:monotonic_time(millisecond) + list_to_integer(Seconds) * 1000,
    Counts = rounds(End, #{}),
    %% It still serves.
    {ok, L} = gen_tcp:listen(0, [binary, {ip, {127, 0, 0, 1}}, {active, false}]),
    {ok, Number} = inet:port(L),
    {ok, C} = gen_tcp:connect({127, 0, 0, 1}, Number, [binary, {active, false}]),
    {ok, S} = gen_tcp:accept(L),
    ok = gen_tcp:send(C, <<"still here">>),
    {ok, <<"still here">>} = gen_tcp:recv(S, 10, 5000),
    [ok = gen_tcp:close(X) || X <- [S, C, L]],
    Before = length(erlang:ports()),
    io:format("~p~n", [maps:to_list(Counts)]),
    true = lists:all(fun(K) -> maps:get(K, Counts, 0) > 100 end, [answered, refused]),
    halt(0).

%% Each port with its owner: what stays is gone with that.
rounds(End, Counts) ->
    case erlang:monotonic_time(millisecond) < End of
        false -> Counts;
        true ->
            {Pid, Monitor} = spawn_monitor(?MODULE, some, [rand:uniform(1 bsl 60)]),
            receive
                {'DOWN', Monitor, process, Pid, {counts, New}} ->
                    rounds(End, maps:merge_with(fun(_, A, B) -> A + B end, Counts, New))
            end
    end.

some(Seed) ->
    rand:seed(exsss, Seed),
    process_flag(trap_exit, true),
    Port = open_port({spawn_driver, one_of(["tcp_inet", "udp_inet"])}, [binary]),
    rand:uniform(8) > 1 andalso control(Port, 1, <<(one_of([1, 2, 5])), (one_of([1, 2]))>>),
    Results = [step(Port) || _ <- lists:seq(1, rand:uniform(40))],
    catch port_close(Port),
    exit({counts, lists:foldl(fun(R, M) -> maps:update_with(R, fun(N) -> N + 1 end, 1, M) end, #{}, Results)}).

step(Port) ->
    case rand:uniform(10) of
        1 -> try port_command(Port, data(), [nosuspend]), commanded catch error:badarg -> badarg end;
        _ ->
            Command = one_of([3, 4, 5, 6, 7, 7, 7, 8, 8, 11, 12, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28,
                              29, 30, 42, 43, 44, 45, 60, 100 + rand:uniform(100)]),
            control(Port, Command, payload(Command))
    end.

control(Port, Command, Payload) ->
    Magic = case rand:uniform(20) of 1 -> 0; _ -> ?MAGIC end,
    try port_control(Port, Magic + Command, Payload) of
        <<0, _/binary>> -> refused;
        [0 | _] -> refused;
        _ -> answered
    catch error:badarg -> badarg
    end.

%% CONNECT, whose addresses are this machine's: nobody else is to hear of it.
payload(3) ->
    Address = address(),
    one_of([<<(rand:uniform(50)):32, Address/binary>>, Address, <<0:(8 * rand:uniform(4))>>]);
payload(6) -> one_of([<<1, 0:16, 127, 0, 0, 1>>, <<2, 0:16, 1:128>>, <<3, 0:16>>, <<4, 0:16>>, <<1, (bytes())/binary>>]);
payload(1) -> <<(rand:uniform(6)), (rand:uniform(3))>>;
payload(13) -> <<>>;  % FDOPEN adopts descriptors of the node: not these
payload(Options) when Options =:= 7; Options =:= 8 ->
    iolist_to_binary([[rand:uniform(70) - 1 | one_of([<<(rand:uniform(100) - 1):32>>, <<-1:32>>, <<1:32>>, bytes()])]
                      || _ <- lists:seq(1, rand:uniform(4))]);
%% IFSET changes interfaces of this machine: one that it has not.
payload(23) ->
    Value = fun() -> one_of([<<1, 1:32>>, <<2, 1:128>>, <<1:32>>, <<0, 6, 1:48>>, bytes()]) end,
    iolist_to_binary([7, "no_such" | [[rand:uniform(9) - 1, Value()] || _ <- lists:seq(1, rand:uniform(4) - 1)]]);
payload(_) -> bytes().

%% For a datagram, an address stands before it.
data() -> iolist_to_binary([address(), bytes()]).

address() ->
    one_of([<<1, (rand:uniform(65535)):16, 127, 0, 0, (rand:uniform(255))>>, <<2, (rand:uniform(65535)):16, 1:128>>,
            <<4, 1, 0:16>>, <<5, 0>>, <<0>>, <<>>]).

bytes() ->
    case rand:uniform(4) of
        1 -> <<>>;
        2 -> <<(rand:uniform(1 bsl 32) - 1):32>>;
        3 -> << <<(one_of([0, 1, 2, 255, 127, rand:uniform(256) - 1]))>> || _ <- lists:seq(1, rand:uniform(12)) >>;
        4 -> rand:bytes(rand:uniform(300))
    end.

one_of(List) -> lists:nth(rand:uniform(length(List)), List).
