%% Files in a directory of their own: writing, reading, positions, appending, names, links, errors.
-module(file_ops).
-export([main/0]).

main() ->
    Dir = filename:join("/tmp", "joist_fixture_" ++ os:getpid()),
    ok = file:make_dir(Dir),
    F = fun(N) -> filename:join(Dir, N) end,
    io:format("~p~n", [[file:write_file(F("a"), ["text ", <<1, 2>>, "\n"]), file:read_file(F("a")), file:write_file(F("a"), "more", [append]), file:read_file(F("a")), file:read_file(F("none")), file:make_dir(Dir)]]),
    {ok, D} = file:open(F("b"), [read, write, raw, binary]),
    io:format("~p~n", [[file:write(D, "0123456789"), file:position(D, 3), file:read(D, 4), file:position(D, {cur, -2}), file:position(D, {eof, -1}), file:read(D, 5), file:read(D, 1), file:pwrite(D, 1, "xy"), file:pread(D, 0, 4), file:pread(D, [{0, 2}, {8, 2}]), file:truncate(D), file:position(D, 5), file:truncate(D), file:close(D), file:read_file(F("b"))]]),
    {ok, E} = file:open(F("c"), [write, read]),
    io:format("~p~n", [[io:format(E, "line ~p~nline two~nlast", [1]), file:position(E, bof), io:get_line(E, ""), file:read_line(E), io:get_chars(E, "", 2), io:get_line(E, ""), io:get_line(E, ""), file:close(E), file:write(E, "x")]]),
    {ok, U} = file:open(F("u"), [write, {encoding, utf8}]), io:put_chars(U, [229, 1234]), file:close(U),
    io:format("~p~n", [[file:read_file(F("u")), file:rename(F("a"), F("z")), file:copy(F("z"), F("y")), file:delete(F("none")), lists:sort(element(2, file:list_dir(Dir)))]]),
    {ok, I} = file:read_file_info(F("b")),
    io:format("~p~n", [[element(2, I), element(3, I), element(4, I), file:make_symlink(F("b"), F("l")), file:read_link(F("l")) =:= {ok, F("b")}, filelib:is_dir(Dir), filelib:is_regular(F("b")), filelib:file_size(F("b")), filelib:wildcard("[bc]", Dir)]]),
    file:write_file(F("t"), "{a, 1}.\n[b].\n"), file:write_file(F("bad"), "{a, ."),
    io:format("~p~n", [[file:consult(F("t")), element(1, file:consult(F("bad"))), file:open(F("x/y"), [write]), file:del_dir(Dir), file:list_dir(F("none")), is_pid(element(2, file:open(F("t"), [write])))]]),
    ok = filelib:ensure_dir(F("deep/er/x")),
    io:format("~p~n", [[filelib:is_dir(F("deep/er")), file:del_dir_r(Dir), filelib:is_dir(Dir)]]).
