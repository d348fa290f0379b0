%% Files in memory: the driver ram_file_drv, by file and ram_file, and by its own commands.
-module(ram_files).
-export([main/0]).

main() ->
    {ok, F} = file:open(<<"hello world">>, [ram, read, write, binary]),
    [io:format("~p~n", [R()]) || R <- [
        fun() -> file:read(F, 5) end, fun() -> file:position(F, cur) end, fun() -> file:write(F, <<", you">>) end,
        fun() -> file:pread(F, 0, 100) end, fun() -> file:pread(F, 50, 1) end, fun() -> file:pread(F, [{0, 2}, {3, 2}, {99, 1}]) end,
        fun() -> file:position(F, {bof, 20}) end, fun() -> file:write(F, "!") end, fun() -> file:pread(F, 0, 100) end,
        fun() -> file:position(F, {cur, -100}) end, fun() -> file:position(F, {eof, -1}) end, fun() -> file:read(F, 10) end,
        fun() -> file:read(F, 10) end, fun() -> file:position(F, 3) end, fun() -> file:truncate(F) end,
        fun() -> ram_file:get_size(F) end, fun() -> ram_file:get_file(F) end, fun() -> file:pwrite(F, 5, "x") end,
        fun() -> ram_file:get_file(F) end, fun() -> file:pwrite(F, -1, "x") end, fun() -> file:sync(F) end, fun() -> file:datasync(F) end,
        fun() -> file:advise(F, 0, 0, normal) end, fun() -> ram_file:allocate(F, 0, 10) end, fun() -> file:position(F, {bof, 8}) end,
        fun() -> file:truncate(F) end, fun() -> ram_file:get_file(F) end, fun() -> file:close(F) end, fun() -> file:read(F, 1) end]],
    {ok, R} = file:open("only read", [ram, read]),
    io:format("~p~n", [{file:write(R, "x"), file:truncate(R), file:read(R, 4), file:close(R)}]),
    {ok, W} = file:open("gone", [ram, write]),
    io:format("~p~n", [{file:read(W, 1), file:write(W, "x"), ram_file:get_file(W), file:close(W)}]),
    P = open_port({spawn, "ram_file_drv"}, []),
    [begin port_command(P, C), io:format("~p~n", [receive {P, D} -> D after 100 -> none end]) end
     || C <- [[2, 0, 0, 0, 1], [1, 0, 0, 0, 3, "abc"], [2, 0, 0, 0, 2], [37], [30], [4, "xyz"], [30], [3, 255, 255, 255, 255, 0, 0, 0, 0]]],
    io:format("~p~n", [[erlang:port_info(P, I) || I <- [name, input, output, os_pid, queue_size, locking]]]),
    io:format("~p~n", [[try F1() catch error:E -> E end || F1 <- [fun() -> port_control(P, 1, "") end, fun() -> port_close(P) end, fun() -> port_command(P, [37]) end]]]).
