%% erlang:decode_packet/3: all kinds of packets, whole, cut short and broken.
-module(packets).
-export([main/0]).

main() ->
    [show(Type, Bin, Options) || {Type, Bins, Options} <- plain() ++ http(), Bin <- Bins],
    [show(Type, binary:part(Bin, 0, N), []) || {Type, Bin} <- wholes(), N <- lists:seq(0, byte_size(Bin))],
    [show(T, B, O) || {T, B, O} <- [{3, <<>>, []}, {foo, <<>>, []}, {1, [1], []}, {1, <<1, 2:4>>, []}, {1, <<1, 7, 2:4>>, []},
                                    {line, <<"a|b">>, [{line_delimiter, $|}]}, {raw, <<"a">>, [{line_delimiter, $|}]},
                                    {1, <<1, 2>>, [x]}, {1, <<1, 2>>, [{packet_size, -1}]}, {1, <<1, 2>>, x}]].

show(Type, Bin, Options) ->
    Result = try erlang:decode_packet(Type, Bin, Options) catch Class:Reason -> {Class, Reason} end,
    io:format("~w ~p~n", [Type, Result]).

plain() ->
    [{raw, [<<>>, <<1, 2, 3>>], []}, {0, [<<"x">>], []},
     {1, [<<3, "abcd">>], []}, {2, [<<0, 3, "abcd">>], []}, {4, [<<0, 0, 0, 3, "abcd">>, <<255, 255, 255, 255>>], []},
     {4, [<<0, 0, 0, 3, "abcd">>, <<0, 0, 0, 4, "abcd">>], [{packet_size, 3}]},
     {sunrm, [<<1:1, 3:31, "abcd">>], []},
     {asn1, [<<48, 3, "abcd">>, <<16#3f, 16#81, 1, 2, "abc">>, <<48, 16#82, 0, 2, "abc">>, <<48, 16#85, 0, 0, 0, 0, 1, 0>>,
             <<48, 16#80, 0, 0>>, <<48, 16#84, 255, 255, 255, 255>>], []},
     {cdr, [<<"GIOP", 1, 2, 0, 1, 2:32, "abc">>, <<"GIOP", 1, 2, 1, 1, 2:32/little, "abc">>, <<"GIOQ", 1, 2, 1, 1, 2:32>>], []},
     {fcgi, [<<1, 1, 0, 1, 0, 3, 2, 0, "abc--d">>, <<2, 1, 0, 1, 0, 3, 2, 0>>], []},
     {tpkt, [<<3, 0, 0, 7, "abcd">>, <<3, 0, 0, 3, "abcd">>, <<2, 0, 0, 7, "abc">>], []},
     {ssl_tls, [<<22, 3, 3, 0, 2, "abc">>, <<16#80, 5, 1, 3, 0, "abcd">>, <<16#80, 2, 1, 3, 0>>], []},
     {line, [<<"ab\ncd">>, <<"ab">>, <<>>, <<"\n">>], []},
     {line, [<<"abcdef\n">>, <<"abcd">>, <<"ab\n">>], [{line_length, 4}]},
     {line, [<<"abcdef\n">>, <<"abcde">>, <<"ab\n">>], [{packet_size, 4}]}].

http() ->
    Lines = [<<"GET / HTTP/1.1\r\nx">>, <<"GET / HTTP/1.1\nx">>, <<"OPTIONS * HTTP/1.0\r\n">>, <<"GET /x\r\n">>, <<"BREW pot:x HTTP/1.1\r\n">>,
             <<"GET http://a.b:81/c?d HTTP/1.1\r\n">>, <<"GET https://a.b HTTP/1.1\r\n">>, <<"GET HTTP://a:x/ HTTP/12.34\r\n">>,
             <<"GET foo HTTP/1.1\r\n">>, <<"GET  /  HTTP/1.1 \r\n">>, <<"G(T / HTTP/1.1\r\n">>, <<"GET / HTTX/1.1\r\n">>, <<"GET / HTTP/1\r\n">>,
             <<"GET\r\n">>, <<"HTTP/1.1 200 OK then\r\n">>, <<"HTTP/1.1 404\r\n">>, <<"HTTP/1.1 2x\r\n">>, <<"HTTP/1. 200 x\r\n">>,
             <<"HTTP/99999999999.1 200 x\r\n">>, <<"\r\n">>, <<"\n">>, <<"ab">>],
    Headers = [<<"Host: a\r\nx">>, <<"hOsT:a\r\nx">>, <<"Host:\t a b \r\nx">>, <<"X-yZ--w: 1\r\nx">>, <<"content-md5: q\r\nx">>, <<"A: b\r\n c\r\nx">>,
               <<"A: b\r\n">>, <<"A : b\r\nx">>, <<"no colon\r\nx">>, <<":x\r\ny">>, <<"a", 128, ": x\r\ny">>, <<"\r\nx">>, <<"\n">>,
               <<(binary:copy(<<"n">>, 50))/binary, ": x\r\ny">>, <<(binary:copy(<<"N">>, 51))/binary, ": x\r\ny">>],
    [{Type, L, O} || {Types, L} <- [{[http, http_bin], Lines}, {[httph, httph_bin], Headers}], Type <- Types,
                     O <- [[], [{packet_size, 12}], [{line_length, 12}]]].

wholes() ->
    [{2, <<0, 3, "abc">>}, {asn1, <<16#3f, 16#81, 1, 16#81, 3, "abc">>}, {cdr, <<"GIOP", 1, 2, 0, 1, 2:32, "ab">>},
     {fcgi, <<1, 1, 0, 1, 0, 3, 1, 0, "abc-">>}, {tpkt, <<3, 0, 0, 7, "abc">>}, {ssl_tls, <<22, 3, 3, 0, 2, "ab">>},
     {http, <<"HTTP/1.1 200 OK\r\n">>}, {httph, <<"Aa: b\r\n c\r\n">>}].
