#!/usr/bin/env escript
%% make_release.escript NAME EBIN OUT [APPLICATION...]: a release below OUT with kernel, stdlib, the further applications
%% and one NAME 1.0 of the modules in EBIN, made by systools as a target system, with its own erts.
main([Name, Ebin, Out | More]) ->
    Further = [list_to_atom(App) || App <- More],
    App = filename:join([Out, "lib", Name ++ "-1.0", "ebin"]),
    Beams = filelib:wildcard(filename:join(Ebin, "*.beam")),
    [copy(Beam, filename:join(App, filename:basename(Beam))) || Beam <- Beams],
    Modules = [list_to_atom(filename:basename(Beam, ".beam")) || Beam <- Beams],
    Properties = [{description, Name}, {vsn, "1.0"}, {modules, Modules}, {registered, []},
                  {applications, [kernel, stdlib | Further]}],
    write(filename:join(App, Name ++ ".app"), {application, list_to_atom(Name), Properties}),
    Rel = filename:join(Out, Name),
    Vsn = erlang:system_info(version),
    Needed = [{App, vsn(App)} || App <- [kernel, stdlib | Further]] ++ [{list_to_atom(Name), "1.0"}],
    write(Rel ++ ".rel", {release, {Name, "1.0"}, {erts, Vsn}, Needed}),
    ok = file:write_file(filename:join(Out, "sys.config"), "[].\n"),
    Options = [silent, {path, [App]}, {outdir, Out}],
    {ok, _, _} = systools:make_script(Rel, Options),
    {ok, _, _} = systools:make_tar(Rel, [{erts, code:root_dir()} | Options]),
    Target = filename:join(Out, "release"),
    ok = erl_tar:extract(Rel ++ ".tar.gz", [compressed, {cwd, Target}]),
    ok = file:write_file(filename:join([Target, "releases", "start_erl.data"]), [Vsn, " 1.0\n"]),
    copy(Rel ++ ".boot", filename:join([Target, "releases", "1.0", "start.boot"])).

vsn(App) ->
    _ = application:load(App),
    {ok, Vsn} = application:get_key(App, vsn),
    Vsn.

copy(From, To) ->
    ok = filelib:ensure_dir(To),
    {ok, _} = file:copy(From, To).

write(File, Term) ->
    ok = filelib:ensure_dir(File),
    ok = file:write_file(File, io_lib:format("~p.~n", [Term])).
