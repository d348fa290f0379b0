%% A module of httpd's: it answers every request itself.
-module(hello_http_page).
-include_lib("inets/include/httpd.hrl").
-export([do/1]).

do(#mod{method = Method, request_uri = Uri}) ->
    Body = io_lib:format("Hello from OTP ~s: ~s ~s~n", [erlang:system_info(otp_release), Method, Uri]),
    Head = [{code, 200}, {content_type, "text/plain"}, {content_length, integer_to_list(iolist_size(Body))}],
    {proceed, [{response, {response, Head, Body}}]}.
