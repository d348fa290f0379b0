%% Runs fixtures one after the other, each in a process of its own, between two lines that the test looks for.
-module(fixture_runner).
-export([main/1]).

main(Modules) ->
    %% Reports carry times and pids, and come when they like; fixtures that test them format them themselves.
    ok = logger:set_primary_config(level, none),
    [run(M) || M <- Modules],
    halt().

run(Module) ->
    io:format("@@ begin ~s~n", [Module]),
    {Pid, Ref} = spawn_monitor(fun() -> Module:main() end),
    receive
        {'DOWN', Ref, process, Pid, normal} -> ok;
        {'DOWN', Ref, process, Pid, Reason} -> io:format("crashed: ~p~n", [Reason])
    after 60000 ->
        exit(Pid, kill),
        io:format("timed out~n")
    end,
    io:format("@@ end ~s~n", [Module]).
