-module(timers_1).
-export([main/0]).
main() -> R = erlang:send_after(30, self(), late), erlang:start_timer(10, self(), early),
    receive {timeout, _, early} -> io:format("early~n") end, receive late -> io:format("late~n") end,
    io:format("~p~n", [erlang:cancel_timer(R)]), T = erlang:send_after(100000, self(), never),
    io:format("~p~n", [is_integer(erlang:cancel_timer(T))]), {ok, _} = timer:send_after(5, x), receive x -> io:format("x~n") end, ok.
