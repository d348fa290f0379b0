%% What failed segments say, formatted as the shell does.
-module(bs_errors).
-export([main/0]).

main() ->
    Fs = [fun() -> <<(id(a)):8>> end, fun() -> <<(id(1.5)):16/integer>> end, fun() -> <<1, (id(x)):32/float>> end,
          fun() -> <<1:(id(-1))>> end, fun() -> <<1:(id(foo))>> end, fun() -> <<(id(1.0)):(id(17))/float>> end,
          fun() -> <<(id(<<1, 2>>)):(id(3))/binary>> end, fun() -> <<(id(bin))/binary>> end,
          fun() -> <<0, (id(<<1:3>>))/binary, 1>> end, fun() -> <<(id(16#d800))/utf8>> end,
          fun() -> <<(id(-1))/utf16>> end, fun() -> <<(id(16#110000))/utf32>> end,
          fun() -> <<(id(1 bsl 2000)):64/float>> end, fun() -> <<1:(id(1 bsl 70))>> end],
    [show(F) || F <- Fs].

show(F) ->
    try F() of
        V -> io:format("~p~n", [V])
    catch
        C:R:S -> io:format("~ts~n", [erl_error:format_exception(C, R, [hd(S)])])
    end.

id(X) -> X.
