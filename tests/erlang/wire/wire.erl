%% What a guest on a test's cable runs (tests/src/wire): it evaluates what is typed at its console, each line in a process
%% of its own, and has the peers that tests want.
-module(wire).
-export([start/0, options/0, serve/2, serve/3, echo/2, transfer/2, pattern/0]).

start() ->
    spawn(fun() -> io:put_chars("@@ ready\n"), listen() end).

listen() ->
    case io:get_line("") of
        Line when is_list(Line) ->
            [Number, Code] = string:split(Line, " "),
            spawn(fun() -> answer(Number, Code) end),
            listen();
        _ ->
            halt(9)
    end.

answer(Number, Code) ->
    Result = try
                 {ok, Tokens, _} = erl_scan:string(Code),
                 {ok, Expressions} = erl_parse:parse_exprs(Tokens),
                 {value, Value, _} = erl_eval:exprs(Expressions, []),
                 Value
             catch
                 Class:Reason:Stack -> {Class, Reason, Stack}
             end,
    io:put_chars(io_lib:format("@@~s ~0p~n", [Number, Result])).

%% The other end may have said all before this one has.
options() ->
    [binary, {active, false}, {exit_on_close, false}].

%% Listens on a port, and gives each connection to Serve.
serve(Port, Serve) ->
    serve(Port, [], Serve).

serve(Port, First, Serve) ->
    Self = self(),
    spawn(fun() ->
        {ok, Listener} = gen_tcp:listen(Port, First ++ options() ++ [{reuseaddr, true}, {backlog, 1024}]),
        Self ! {listening, self()},
        accept(Listener, Serve)
    end),
    receive {listening, Pid} -> Pid after 5000 -> error(no_listener) end.

accept(Listener, Serve) ->
    {ok, Socket} = gen_tcp:accept(Listener),
    Pid = spawn(fun() -> receive go -> Serve(Socket) end end),
    ok = gen_tcp:controlling_process(Socket, Pid),
    Pid ! go,
    accept(Listener, Serve).

%% Gives datagrams back.
echo(Port, Options) ->
    Self = self(),
    spawn(fun() ->
        {ok, Socket} = gen_udp:open(Port, Options ++ [binary]),
        Self ! {open, self()},
        echo(Socket)
    end),
    receive {open, Pid} -> Pid after 5000 -> error(not_open) end.

echo(Socket) ->
    receive {udp, Socket, Address, Port, Data} -> ok = gen_udp:send(Socket, Address, Port, Data) end,
    echo(Socket).

%% Sends so many blocks and takes as many at the same time, each byte known; then both ends say that this was all. Not
%% before: inet_drv gives up what is yet to be sent by a sender that waits when the other end has no more to say.
transfer(Socket, Count) ->
    Pattern = pattern(),
    Self = self(),
    Writer = spawn_link(fun() ->
        [ok = gen_tcp:send(Socket, [<<N:64>>, Pattern]) || N <- lists:seq(1, Count)],
        Self ! {self(), written}
    end),
    Result = take(Socket, 1, Count, Pattern),
    receive {Writer, written} -> ok end,
    ok = gen_tcp:shutdown(Socket, write),
    End = gen_tcp:recv(Socket, 0),
    gen_tcp:close(Socket),
    case End of
        {error, closed} -> Result;
        _ -> {instead_of_the_end, End}
    end.

take(_, N, Count, _) when N > Count ->
    {whole, Count};
take(Socket, N, Count, Pattern) ->
    case gen_tcp:recv(Socket, 8 + byte_size(Pattern)) of
        {ok, <<N:64, Pattern/binary>>} -> take(Socket, N + 1, Count, Pattern);
        {ok, _} -> {something_else_in, N};
        {error, Reason} -> {N, Reason}
    end.

%% 60005 bytes: no multiple of anything.
pattern() ->
    {Bytes, _} = lists:mapfoldl(fun(_, X) -> {X bsr 24, (X * 1664525 + 1013904223) band 16#ffffffff} end, 1, lists:seq(1, 60005)),
    list_to_binary(Bytes).
