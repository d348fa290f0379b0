#!/usr/bin/env escript
%% The compiler as a witness: all of OTP 25's stdlib, kernel and compiler, compiled by erlc on Joist and by stock's, give the
%% same bytes.
%%
%%   witness.escript CACHE JOIST [APPLICATION...]
%%
%% Sources are fetched to CACHE/src; the few files that OTP's own build generates are generated in a copy.
-mode(compile).

main([Cache0, Joist0 | Apps0]) ->
    Joist = filename:absname(Joist0),
    Apps = case Apps0 of [] -> ["stdlib", "kernel", "compiler"]; _ -> Apps0 end,
    Cache = filename:absname(Cache0),
    Here = filename:dirname(filename:absname(escript:script_name())),
    sh([filename:join(Here, "fetch.sh"), " ", Cache]),
    Work = filename:join(Cache, "witness"),
    filelib:is_dir(filename:join(Work, "compiler")) orelse prepare(Cache, Work),
    Counts = [compare(App, Work, Joist) || App <- Apps],
    halt(case lists:all(fun(Same) -> Same end, Counts) of true -> 0; false -> 1 end).

prepare(Cache, Work) ->
    ok = filelib:ensure_dir(filename:join(Work, "x")),
    Lib = filename:join(Cache, "src/lib"),
    [sh(["cp -r ", filename:join(Lib, App), " ", Work]) || App <- ["stdlib", "kernel", "compiler"]],
    sh(["cd ", Work, "/kernel/src && LANG=C perl inet_dns_record_adts.pl >inet_dns_record_adts.hrl"]),
    sh(["cd ", Work, "/stdlib/src && erlc erl_parse.yrl"]),
    Make = filename:join(Cache, "src/erts/emulator/utils/beam_makeops"),
    sh(["cd ", Work, "/compiler/src && erlc core_parse.yrl && perl ", Make, " -compiler -outdir . genop.tab"]).

compare(App, Work, Joist) ->
    [Stock, Ours] = [compile(App, Work, Name, Erlc) || {Name, Erlc} <- [{"stock", "erlc"}, {"joist", [Joist, " erlc"]}]],
    Names = lists:usort(filelib:wildcard("*.beam", Stock) ++ filelib:wildcard("*.beam", Ours)),
    Different = [N || N <- Names, file:read_file(filename:join(Stock, N)) =/= file:read_file(filename:join(Ours, N))],
    io:format("~s: ~w of ~w modules are the same~n", [App, length(Names) - length(Different), length(Names)]),
    [io:format("  not the same: ~s~n", [N]) || N <- Different],
    Names =/= [] andalso Different =:= [].

compile(App, Work, Name, Erlc) ->
    Out = filename:join([Work, Name, App]),
    _ = file:del_dir_r(Out),
    ok = filelib:ensure_dir(filename:join(Out, "x")),
    Includes = [[" -I ", I] || I <- ["../include", ".", Work, "../../kernel/include", "../../kernel/src", "../../stdlib/include"]],
    Defines = " -DCOMPILER_VSN='\"8.2.3\"' -DSTDLIB_VSN='\"4.2\"'",
    sh(["cd ", Work, "/", App, "/src && ", Erlc, " -W0 +deterministic", Defines, Includes, " -o ", Out, " *.erl"]),
    Out.

%% Runs a command, which must succeed.
sh(Command) ->
    Port = open_port({spawn_executable, "/bin/sh"}, [{args, ["-c", Command]}, exit_status, stderr_to_stdout, binary]),
    wait(Port, Command, []).

wait(Port, Command, Output) ->
    receive
        {Port, {data, Bytes}} -> wait(Port, Command, [Output, Bytes]);
        {Port, {exit_status, 0}} -> ok;
        {Port, {exit_status, Status}} ->
            io:format("~ts~n~ts: status ~w~n", [Output, Command, Status]),
            halt(1)
    end.
