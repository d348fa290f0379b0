%% supervisor: strategies, restarts, intensity, children of all kinds, simple_one_for_one.
-module(otp_supervisor).
-export([main/0, init/1, start_child/1, start_child/2]).
-behaviour(supervisor).

main() ->
    process_flag(trap_exit, true),
    [io:format("~p ~p~n", [S, strategy(S)]) || S <- [one_for_one, one_for_all, rest_for_one]],
    {ok, P} = supervisor:start_link(?MODULE, {one_for_one, []}),
    Spec = child(x, transient),
    {ok, C} = supervisor:start_child(P, Spec),
    io:format("~p~n", [[supervisor:start_child(P, Spec) =:= {error, {already_started, C}}, supervisor:count_children(P), supervisor:terminate_child(P, x), supervisor:restart_child(P, nope), supervisor:delete_child(P, x), supervisor:which_children(P)]]),
    {ok, S1} = supervisor:start_link(?MODULE, {simple_one_for_one, [child(w, temporary)]}),
    Ws = [element(2, supervisor:start_child(S1, [N])) || N <- [1, 2, 3]],
    io:format("~p~n", [{[ask(W) || W <- Ws], proplists:get_value(active, supervisor:count_children(S1))}]),
    {ok, I} = supervisor:start_link(?MODULE, {one_for_one, [child(a, permanent)]}),
    io:format("~p~n", [crash_until_dead(I)]),
    io:format("~p~n", [[supervisor:check_childspecs([X]) || X <- [child(a, permanent), #{id => a}, bad]]]),
    io:format("~p~n", [element(1, supervisor:start_link(?MODULE, {one_for_one, [#{id => bad, start => {erlang, error, [oops]}}]}))]).

init({Strategy, Children}) -> {ok, {#{strategy => Strategy, intensity => 3, period => 100}, Children}}.

child(Id, Restart) -> #{id => Id, start => {?MODULE, start_child, [Id]}, restart => Restart, shutdown => 100}.
start_child(Id) -> {ok, spawn_link(fun() -> loop(Id) end)}.
start_child(Id, N) -> start_child({Id, N}).
loop(Id) -> receive {who, F} -> F ! {self(), Id}, loop(Id); crash -> exit(crash); stop -> ok end.
ask(P) -> P ! {who, self()}, receive {P, Id} -> Id after 500 -> dead end.

strategy(S) ->
    {ok, P} = supervisor:start_link(?MODULE, {S, [child(I, permanent) || I <- [a, b, c]]}),
    Before = pids(P),
    exit(proplists:get_value(b, Before), kill),
    timer:sleep(30),
    After = pids(P),
    unlink(P), exit(P, shutdown),
    [{I, proplists:get_value(I, Before) =:= proplists:get_value(I, After)} || I <- [a, b, c]].

pids(P) -> [{I, C} || {I, C, _, _} <- supervisor:which_children(P)].

crash_until_dead(P) ->
    case is_process_alive(P) andalso catch pids(P) of
        [{a, C}] when is_pid(C) -> exit(C, kill), timer:sleep(5), crash_until_dead(P);
        _ -> receive {'EXIT', P, W} -> W after 500 -> none end
    end.
