#!/usr/bin/env escript
%% build.escript DIR: two releases of the application `counter`, as a system of version 1 in DIR/root that has the package
%% of version 2 in its releases/ (see OTP's "Creating a Release Package" and "Release Handling").
-mode(compile).

main([Dir]) ->
    Here = filename:dirname(filename:absname(escript:script_name())),
    [application(Here, Dir, N) || N <- [1, 2]],
    [ok = file:write_file(rel(Dir, N) ++ ".rel", io_lib:format("~p.~n", [release(N)])) || N <- [1, 2]],
    Options = [{path, [filename:join(Dir, "lib/*/ebin")]}, {outdir, Dir}],
    package(Dir, 1, Options),
    ok = systools:make_relup(rel(Dir, 2), [rel(Dir, 1)], [rel(Dir, 1)], Options),
    package(Dir, 2, Options),
    system(Dir),
    {ok, driver} = compile:file(filename:join(Here, "driver.erl"), [{outdir, Dir}]).

package(Dir, N, Options) ->
    ok = systools:make_script(rel(Dir, N), Options),
    ok = file:write_file(filename:join(Dir, "sys.config"), io_lib:format("~p.~n", [config(N)])),
    ok = systools:make_tar(rel(Dir, N), Options).

application(Here, Dir, N) ->
    Ebin = filename:join([Dir, "lib", "counter-" ++ vsn(N), "ebin"]),
    ok = filelib:ensure_dir(filename:join(Ebin, "x")),
    Modules = [counter_app, counter_sup, counter, light, words | [M || M <- [counter_step, journal], N =:= 2]],
    [{ok, M} = compile:file(filename:join(Here, M), [{outdir, Ebin}, {d, 'VSN', N}, debug_info]) || M <- Modules],
    App = {application, counter,
           [{description, "Counts"}, {vsn, vsn(N)}, {modules, Modules}, {registered, [counter_sup]}, {applications, [kernel, stdlib, sasl]},
            {mod, {counter_app, []}}]},
    ok = file:write_file(filename:join(Ebin, "counter.app"), io_lib:format("~p.~n", [App])),
    ok = file:write_file(filename:join(Ebin, "counter.appup"), io_lib:format("~p.~n", [appup()])).

appup() ->
    {vsn(2),
     [{vsn(1), [{add_module, counter_step},
                {add_module, journal},
                {load_module, words},
                {update, light, {advanced, brighter}},
                {update, counter, {advanced, upgraded}, [counter_step]},
                {update, counter_sup, supervisor},
                {apply, {supervisor, restart_child, [counter_sup, journal]}}]}],
     [{vsn(1), [{apply, {supervisor, terminate_child, [counter_sup, journal]}},
                {apply, {supervisor, delete_child, [counter_sup, journal]}},
                {update, counter_sup, supervisor},
                {update, counter, {advanced, downgraded}, [counter_step]},
                {update, light, {advanced, darker}},
                {load_module, words},
                {delete_module, journal},
                {delete_module, counter_step}]}]}.

config(1) -> [{counter, [{colour, red}, {old, true}]}];
config(2) -> [{counter, [{colour, blue}, {new, true}]}].

release(N) ->
    Apps = [begin ok = ensure_loaded(A), {ok, V} = application:get_key(A, vsn), {A, V} end || A <- [kernel, stdlib, sasl]],
    {release, {"counter", vsn(N)}, {erts, erlang:system_info(version)}, Apps ++ [{counter, vsn(N)}]}.

ensure_loaded(App) ->
    case application:load(App) of
        {error, {already_loaded, App}} -> ok;
        ok -> ok
    end.

%% The system of version 1, unpacked. Its emulator is the installation's.
system(Dir) ->
    Root = filename:join(Dir, "root"),
    Erts = "erts-" ++ erlang:system_info(version),
    ok = erl_tar:extract(rel(Dir, 1) ++ ".tar.gz", [{cwd, Root}, compressed]),
    ok = file:make_symlink(filename:join(code:root_dir(), Erts), filename:join(Root, Erts)),
    ok = file:write_file(filename:join(Root, "releases/start_erl.data"), erlang:system_info(version) ++ " " ++ vsn(1)),
    ok = release_handler:create_RELEASES(Root, filename:join(Root, "releases/counter-1.0.0.rel")),
    {ok, _} = file:copy(rel(Dir, 2) ++ ".tar.gz", filename:join(Root, "releases/counter-2.0.0.tar.gz")).

rel(Dir, N) -> filename:join(Dir, "counter-" ++ vsn(N)).

vsn(N) -> integer_to_list(N) ++ ".0.0".
