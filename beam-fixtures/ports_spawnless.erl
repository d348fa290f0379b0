%% Ports that need no program: lists, info, connect errors, and what open_port refuses.
-module(ports_spawnless).
-export([main/0]).

main() ->
    io:format("~p~n", [[is_port(P) || P <- lists:sublist(erlang:ports(), 1)]]),
    io:format("~p~n", [[try F() catch C:R -> {C, R} end || F <- [fun() -> open_port({spawn, 1}, []) end, fun() -> open_port({spawn_driver, "no_such_driver"}, []) end, fun() -> open_port({fd, a, b}, []) end, fun() -> port_close(a) end, fun() -> port_command(a, "x") end,
        fun() -> port_connect(hd(erlang:ports()), a) end, fun() -> port_control(a, 1, []) end, fun() -> erlang:port_info(a) end, fun() -> erlang:port_info(hd(erlang:ports()), nope) end]]]),
    io:format("~p~n", [try open_port({spawn_executable, "/no/such/file"}, []) catch error:E -> E end]).
