%% HTTP/1.1 on top of the emulator's own packet mode: a process for each connection, which stays open.
-module(kv_http).
-export([start_link/1, accept/1, serve/1]).

start_link(Listen) -> {ok, proc_lib:spawn_link(?MODULE, accept, [Listen])}.

accept(Listen) ->
    {ok, Socket} = gen_tcp:accept(Listen),
    Pid = proc_lib:spawn(?MODULE, serve, [Socket]),
    ok = gen_tcp:controlling_process(Socket, Pid),
    Pid ! go,
    accept(Listen).

serve(Socket) ->
    receive go -> ok end,
    request(Socket).

request(Socket) ->
    case gen_tcp:recv(Socket, 0) of
        {ok, {http_request, Method, {abs_path, Path}, Version}} ->
            headers(Socket, Method, Path, #{length => 0, close => Version < {1, 1}});
        {ok, _} -> bad(Socket);
        {error, _} -> gen_tcp:close(Socket)
    end.

headers(Socket, Method, Path, State) ->
    case gen_tcp:recv(Socket, 0) of
        {ok, {http_header, _, 'Content-Length', _, Value}} ->
            headers(Socket, Method, Path, State#{length := binary_to_integer(Value)});
        {ok, {http_header, _, 'Connection', _, Value}} ->
            headers(Socket, Method, Path, State#{close := string:lowercase(Value) =:= <<"close">>});
        {ok, {http_header, _, _, _, _}} -> headers(Socket, Method, Path, State);
        {ok, http_eoh} -> body(Socket, Method, Path, State);
        {ok, _} -> bad(Socket);
        {error, _} -> gen_tcp:close(Socket)
    end.

body(Socket, Method, Path, #{length := 0} = State) -> reply(Socket, Method, Path, <<>>, State);
body(Socket, Method, Path, #{length := N} = State) ->
    ok = inet:setopts(Socket, [{packet, raw}]),
    {ok, Body} = gen_tcp:recv(Socket, N),
    ok = inet:setopts(Socket, [{packet, http_bin}]),
    reply(Socket, Method, Path, Body, State).

reply(Socket, Method, Path, Body, #{close := Close}) ->
    {Status, Answer} = answer(Method, Path, Body),
    Connection = case Close of true -> <<"close">>; false -> <<"keep-alive">> end,
    Sent = gen_tcp:send(Socket, [<<"HTTP/1.1 ">>, Status, <<"\r\nContent-Type: text/plain\r\nConnection: ">>, Connection,
                                 <<"\r\nContent-Length: ">>, integer_to_binary(byte_size(Answer)), <<"\r\n\r\n">>, Answer]),
    case Sent of
        ok when not Close -> request(Socket);
        _ -> gen_tcp:close(Socket)
    end.

answer('GET', <<"/">>, _) -> {<<"200 OK">>, <<"Hello from Joist\n">>};
answer('GET', Key, _) ->
    case ets:lookup(kv_table, Key) of
        [{_, Value}] -> {<<"200 OK">>, Value};
        [] -> {<<"404 Not Found">>, <<"no such key\n">>}
    end;
answer('PUT', Key, Value) ->
    ets:insert(kv_table, {Key, Value}),
    {<<"201 Created">>, <<>>};
answer('DELETE', Key, _) ->
    ets:delete(kv_table, Key),
    {<<"200 OK">>, <<>>};
answer(_, _, _) -> {<<"405 Method Not Allowed">>, <<>>}.

bad(Socket) ->
    _ = gen_tcp:send(Socket, <<"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n">>),
    gen_tcp:close(Socket).
