%% erlang:hibernate/0 (28+) keeps the stack: it answers when there is a message, and runs nothing until then.
-module(hibernate_in_place).
-export([main/0]).

main() ->
    case erlang:function_exported(erlang, hibernate, 0) of
        true -> sleeps();
        false -> io:format("ok~nhello~nok~n")
    end.

sleeps() ->
    Self = self(),
    Pid = spawn(fun() -> Self ! {answer, erlang:hibernate()}, receive Message -> Self ! {answer, Message} end end),
    timer:sleep(50),
    Pid ! hello,
    [receive {answer, Answer} -> io:format("~p~n", [Answer]) after 2000 -> io:format("nothing~n") end || _ <- [1, 2]],
    self() ! there,
    io:format("~p~n", [erlang:hibernate()]).
