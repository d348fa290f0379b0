%% The modes of the option packet, whole and in pieces, passive and active; limits; and what is no packet.
-module(net_packets).
-export([main/0]).

main() ->
    process_flag(trap_exit, true),
    [io:format("~p ~p ~p: ~p~n", [P, A, W, catch exchange(P, D, A, W)])
     || {P, D} <- packets(), A <- [passive, active, once], W <- [whole, pieces]],
    [io:format("~p~n", [{O, catch limited(O, D)}]) || {O, D} <- limits()].

packets() ->
    [{raw, <<"raw bytes">>},
     {1, <<3, "abc", 0, 2, "de">>},
     {2, <<3:16, "abc", 0:16, 2:16, "de">>},
     {4, <<3:32, "abc", 0:32, 2:32, "de">>},
     {line, <<"one\ntwo\r\n\nlast\n">>},
     {sunrm, <<1:1, 3:31, "abc", 0:1, 2:31, "de">>},
     {asn1, <<16#30, 3, "abc", 16#30, 16#81, 2, "de">>},
     {cdr, <<"GIOP", 1, 2, 0, 0, 3:32, "abc", "GIOP", 1, 2, 1, 0, 2:32/little, "de">>},
     {fcgi, <<1, 1, 1:16, 3:16, 1, 0, "abc", 0, 1, 1, 1:16, 2:16, 0, 0, "de">>},
     {tpkt, <<3, 0, 7:16, "abc", 3, 0, 6:16, "de">>},
     {http, <<"GET /index.html HTTP/1.1\r\nHost: a.b\r\nx-own-thing: 1\r\n  more\r\n\r\nPUT * HTTP/1.0\r\n\r\n">>},
     {http_bin, <<"HTTP/1.1 200 OK fine\r\nContent-Length: 3\r\n\r\nnonsense\r\n">>},
     {httph, <<"Host: a.b\r\nLocation: here\r\n\r\n">>},
     {httph_bin, <<"Host: a.b\r\nLocation: here\r\n\r\n">>},
     {ssl_tls, <<22, 3, 1, 3:16, "abc", 21, 3, 3, 2:16, "de">>}].

limits() ->
    [{[{packet, 4}, {packet_size, 4}], <<5:32, "abcde">>}, {[{packet, 4}, {packet_size, 5}], <<5:32, "abcde">>},
     {[{packet, line}, {packet_size, 4}], <<"abcdefgh\n">>}, {[{packet, line}, {buffer, 4}], <<"abcdefgh\nij\n">>},
     {[{packet, line}, {line_delimiter, $x}], <<"abxcdx\nx">>}, {[{packet, 4}], <<-1:32, "abc">>},
     {[{packet, tpkt}], <<9, 9, 9, 9, 9>>}, {[{packet, cdr}], <<"this is no cdr, is it?">>},
     {[{packet, http}, {packet_size, 10}], <<"GET /index.html HTTP/1.1\r\n\r\n">>}, {[{packet, raw}, {buffer, 3}], <<"abcdefgh">>},
     {[{packet, fcgi}], <<7:64>>}, {[{packet, asn1}], <<16#30, 16#85, 1, 1, 1, 1, 1>>}].

pair(O) ->
    {ok, L} = gen_tcp:listen(0, [binary, {active, false}, {ip, {127, 0, 0, 1}}]),
    {ok, P} = inet:port(L),
    {ok, C} = gen_tcp:connect({127, 0, 0, 1}, P, [binary, {active, false}, {nodelay, true}]),
    {ok, S} = gen_tcp:accept(L),
    gen_tcp:close(L),
    ok = inet:setopts(S, O),
    {S, C}.

write(C, D, whole) -> ok = gen_tcp:send(C, D);
write(C, D, pieces) ->
    [begin ok = gen_tcp:send(C, [B]), erlang:yield(), timer:sleep(if N rem 8 =:= 0 -> 1; true -> 0 end) end
     || {N, B} <- lists:zip(lists:seq(1, byte_size(D)), binary_to_list(D))].

exchange(P, D, How, W) ->
    {S, C} = pair([{packet, P}]),
    How =:= active andalso inet:setopts(S, [{active, true}]),
    write(C, D, W),
    gen_tcp:shutdown(C, write),
    R = read(S, How, []),
    %% How raw bytes are cut is up to the host.
    case P of
        raw -> iolist_to_binary([X || X <- R, is_binary(X)]);
        _ -> R
    end.

read(S, passive, Acc) ->
    case gen_tcp:recv(S, 0, 3000) of
        {ok, D} -> read(S, passive, [strip(S, D) | Acc]);
        E -> lists:reverse([E | Acc])
    end;
read(S, How, Acc) ->
    How =:= once andalso inet:setopts(S, [{active, once}]),
    receive
        {tcp_closed, S} -> lists:reverse([closed | Acc]);
        {tcp_error, S, E} -> read(S, How, [{error, E} | Acc]);
        {tcp, S, D} -> read(S, How, [D | Acc]);
        {http, S, D} -> read(S, How, [{http, D} | Acc]);
        {ssl_tls, S, A, B, D} -> read(S, How, [{ssl_tls, A, B, D} | Acc])
    after 3000 -> lists:reverse([nothing | Acc])
    end.

strip(S, {ssl_tls, S, A, B, D}) -> {ssl_tls, A, B, D};
strip(_, D) -> D.

limited(O, D) ->
    {S, C} = pair(O),
    gen_tcp:send(C, D),
    gen_tcp:shutdown(C, write),
    A = read(S, passive, []),
    {T, E} = pair([{active, true} | O]),
    gen_tcp:send(E, D),
    gen_tcp:shutdown(E, write),
    {A, read(T, active, []), receive {'EXIT', T, R} -> R after 200 -> none end}.
