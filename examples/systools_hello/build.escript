#!/usr/bin/env escript
%% Makes a target system as OTP's "Creating and Upgrading a Target System" describes it, in _build/systools_hello,
%% and a tar file of it beside it.
-mode(compile).

main([]) ->
    Name = "systools_hello", Vsn = "1.0.0", Out = "_build",
    _ = file:del_dir_r(Out),
    App = filename:join([Out, "lib", Name ++ "-" ++ Vsn]),
    Ebin = filename:join(App, "ebin"),
    ok = filelib:ensure_dir(filename:join(Ebin, "x")),
    {ok, _} = compile:file("src/systools_hello", [report, debug_info, deterministic, {outdir, Ebin}]),
    {ok, _} = file:copy("src/systools_hello.app.src", filename:join(Ebin, "systools_hello.app")),
    ok = filelib:ensure_dir(filename:join([App, "priv", "x"])),
    {ok, _} = file:copy("priv/motd.txt", filename:join([App, "priv", "motd.txt"])),

    Vsns = [{A, vsn(A)} || A <- [kernel, stdlib, sasl]],
    Rel = {release, {Name, Vsn}, {erts, erlang:system_info(version)}, Vsns ++ [{systools_hello, Vsn}]},
    RelFile = filename:join(Out, Name),
    ok = file:write_file(RelFile ++ ".rel", io_lib:format("~p.~n", [Rel])),
    Options = [{path, [Ebin]}, {outdir, Out}],
    ok = systools:make_script(RelFile, [no_module_tests | Options]),
    {ok, _} = file:copy("config/sys.config", filename:join(Out, "sys.config")),
    ok = systools:make_tar(RelFile, [{erts, code:root_dir()} | Options]),

    Target = filename:join(Out, "target"),
    ok = erl_tar:extract(RelFile ++ ".tar.gz", [compressed, {cwd, Target}]),
    Erts = "erts-" ++ erlang:system_info(version),
    ok = file:write_file(filename:join([Target, "releases", "start_erl.data"]),
                         [erlang:system_info(version), " ", Vsn, "\n"]),
    %% The boot file's usual name, and the script that runs it.
    {ok, _} = file:copy(RelFile ++ ".boot", filename:join([Target, "releases", Vsn, "start.boot"])),
    %% OTP's own installation has a template that needs no filling in; Debian's packages have the script alone.
    Templates = [filename:join([Target, Erts, "bin", F]) || F <- ["start_erl.src", "start_erl"]],
    [StartErl | _] = lists:filter(fun filelib:is_regular/1, Templates),
    install(StartErl, filename:join([Target, "bin", "start_erl"])),
    ok = release_handler:create_RELEASES(".", filename:absname(filename:join(Target, "releases")),
                                         filename:absname(RelFile ++ ".rel"), []),
    ok = file:rename(Target, filename:join(Out, Name)),
    {ok, Files} = file:list_dir(filename:join(Out, Name)),
    Members = [{F, filename:join([Out, Name, F])} || F <- lists:sort(Files)],
    ok = erl_tar:create(filename:join(Out, Name ++ "-" ++ Vsn ++ ".tar.gz"), Members, [compressed]),
    io:format("~s/~s~n", [Out, Name]).

vsn(App) ->
    _ = application:load(App),
    {ok, Vsn} = application:get_key(App, vsn),
    Vsn.

install(From, To) ->
    ok = filelib:ensure_dir(To),
    {ok, Text} = file:read_file(From),
    ok = file:write_file(To, Text),
    ok = file:change_mode(To, 8#755).
