%% What the running system is told to do, and what it says.
-module(driver).
-export([up/0, down/0]).

up() ->
    say(first, state()),
    say(unpack, release_handler:unpack_release("counter-2.0.0")),
    say(unpack_again, named(release_handler:unpack_release("counter-2.0.0"))),
    say(none, named(release_handler:unpack_release("counter-3.0.0"))),
    say(unknown, release_handler:install_release("3.0.0")),
    say(early, release_handler:make_permanent("2.0.0")),
    say(check, release_handler:check_install_release("2.0.0")),
    Before = pids(),
    Client = busy_client(),
    say(install, release_handler:install_release("2.0.0")),
    say(same_processes, pids() =:= Before),
    say(client, stop(Client)),
    say(second, state()),
    say(env, lists:sort(application:get_all_env(counter))),
    say(permanent, release_handler:make_permanent("2.0.0")),
    say(data, file:read_file(filename:join([code:root_dir(), "releases", "start_erl.data"]))),
    say(remove_permanent, release_handler:remove_release("2.0.0")),
    init:stop().

%% In a node that was started anew, from version 2.
down() ->
    say(third, state()),
    Before = pids(),
    say(install, release_handler:install_release("1.0.0")),
    say(same_processes, pids() =:= Before),
    say(fourth, state()),
    say(gone, {code:is_loaded(journal), code:is_loaded(counter_step), whereis(journal)}),
    say(env, lists:sort(application:get_all_env(counter))),
    say(permanent, release_handler:make_permanent("1.0.0")),
    say(remove, release_handler:remove_release("2.0.0")),
    Root = code:root_dir(),
    say(left, {lists:sort([filename:basename(D) || D <- filelib:wildcard(Root ++ "/lib/counter-*")]), releases()}),
    init:stop().

named({error, {Why, File}}) -> {error, {Why, filename:basename(File)}};
named(Other) -> Other.

state() ->
    {[counter:next(), counter:next()], [light:press(), light:press()], words:hello(), vsns(), releases(),
     lists:sort([Id || {Id, Pid, _, _} <- supervisor:which_children(counter_sup), is_pid(Pid)]),
     intensity()}.

intensity() ->
    {status, _, _, [_, _, _, _, Misc]} = sys:get_status(counter_sup),
    [I || {data, [{"State", State}]} <- Misc, I <- [element(6, State)]].

vsns() ->
    [{A, V} || {A, _, V} <- application:which_applications(), A =:= counter].

releases() ->
    [{Vsn, Status, [L || L = "counter" ++ _ <- Libs]} || {_, Vsn, Libs, Status} <- release_handler:which_releases()].

pids() ->
    [whereis(N) || N <- [counter_sup, counter, light]].

%% Somebody who goes on asking all the while, and must not notice more than a pause.
busy_client() ->
    spawn_monitor(fun() -> ask(0) end).

ask(N) ->
    Version = counter:version(),
    true = lists:member(Version, [one, two]),
    receive
        {stop, From} -> From ! {self(), N > 0 andalso counter:version()}
    after 1 -> ask(N + 1)
    end.

stop({Pid, Ref}) ->
    Pid ! {stop, self()},
    receive
        {Pid, Answer} -> Answer;
        {'DOWN', Ref, _, _, Reason} -> Reason
    end.

say(What, Term) ->
    io:format("~p ~p~n", [What, Term]).
