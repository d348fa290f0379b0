%% What a node's own handler hears of signals that are handled, ignored, or left to the system.
-module(signals).
-behaviour(gen_event).
-export([main/0, init/1, handle_event/2, handle_call/2]).

-define(HANDLED, [sighup, sigquit, sigabrt, sigalrm, sigterm, sigusr1, sigusr2, sigchld, sigtstp]).

main() ->
    ok = gen_event:add_handler(erl_signal_server, ?MODULE, self()),
    ok = gen_event:delete_handler(erl_signal_server, erl_signal_handler, []),
    set(?HANDLED, handle),
    hear(ignored).

set(Signals, How) -> [ok = os:set_signal(S, How) || S <- Signals].

%% SIGUSR2 asks for what comes next.
hear(Next) ->
    say(ready),
    hear_of(Next).

hear_of(Next) ->
    receive
        sigusr2 when Next =:= ignored -> set([sighup, sigquit, sigterm, sigusr1], ignore), hear(default);
        sigusr2 when Next =:= default -> set([sighup], default), hear(end_of_it);
        Signal -> say(Signal), hear_of(Next)
    end.

say(What) -> io:format("~p~n", [What]).

init(Parent) -> {ok, Parent}.

handle_event(Signal, Parent) -> Parent ! Signal, {ok, Parent}.

handle_call(_, Parent) -> {ok, ok, Parent}.
