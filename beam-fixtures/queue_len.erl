-module(queue_len).
-export([main/0, busy/0, rests/0, sorts/1]).

%% How many messages a process has, asked by another while it runs, waits, takes some, or has signals on their way.
main() ->
    [asked(F) || F <- [busy, rests]],
    aliases(),
    exits(),
    takes_some(),
    items().

%% Whatever has been sent before counts.
asked(F) ->
    P = spawn(?MODULE, F, []),
    Lens = [begin
                [P ! {N, I} || I <- lists:seq(1, N)],
                process_info(P, message_queue_len)
            end || N <- lists:seq(1, 40)],
    Lens = [{message_queue_len, N * (N + 1) div 2} || N <- lists:seq(1, 40)],
    io:format("~p: ~p~n", [F, lists:last(Lens)]),
    kill(P),
    io:format("~p~n", [process_info(P, message_queue_len)]).

busy() -> lists:seq(1, 50), busy().

rests() -> receive never -> ok end.

%% A message to an alias counts, unless the alias is none any more.
aliases() ->
    Self = self(),
    P = spawn(fun() ->
                      A = alias(), Gone = alias(), unalias(Gone),
                      Self ! {A, Gone},
                      busy()
              end),
    {A, Gone} = receive Both -> Both end,
    Lens = [begin Gone ! no, A ! yes, process_info(P, message_queue_len) end || _ <- lists:seq(1, 20)],
    Lens = [{message_queue_len, N} || N <- lists:seq(1, 20)],
    io:format("aliases: ~p~n", [lists:last(Lens)]),
    kill(P).

%% A trapped exit is a message; one that ends the process leaves nothing to ask.
exits() ->
    Self = self(),
    P = spawn(fun() -> process_flag(trap_exit, true), Self ! ready, busy() end),
    receive ready -> ok end,
    Lens = [begin exit(P, reason), process_info(P, message_queue_len) end || _ <- lists:seq(1, 5)],
    io:format("exits: ~p~n", [Lens]),
    exit(P, kill),
    io:format("~p~n", [process_info(P, message_queue_len)]).

takes_some() ->
    P = spawn(?MODULE, sorts, [0]),
    [P ! {want, I rem 2} || I <- lists:seq(1, 100)],
    P ! {self(), sorted},
    receive {P, Taken} -> io:format("took ~p, left ~p~n", [Taken, process_info(P, message_queue_len)]) end,
    kill(P).

sorts(N) ->
    receive
        {want, 0} -> sorts(N + 1);
        {From, sorted} -> From ! {self(), N}, rests()
    end.

%% Items of a process that stands still, one by one and as a list.
items() ->
    Label = {some, [text, <<"and bytes">>]},
    P = spawn(fun() ->
                      put(key, Label), process_flag(trap_exit, true),
                      process_flag(priority, high), register(queue_len_items, self()), rests()
              end),
    timer:sleep(50),
    P ! {a, <<1, 2, 3>>}, P ! b,
    timer:sleep(50),
    io:format("~p~n", [process_info(P, [registered_name, status, message_queue_len, messages, dictionary, trap_exit,
                                        priority, current_function, initial_call, links, monitors, monitored_by,
                                        suspending, last_calls, sequential_trace_token, catchlevel])]),
    io:format("~p~n", [[process_info(P, I) || I <- [messages, dictionary, links, current_location, status]]]),
    kill(P).

kill(P) ->
    R = monitor(process, P),
    exit(P, kill),
    receive {'DOWN', R, _, _, _} -> ok end.
