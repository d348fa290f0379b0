%% SPDX-License-Identifier: Apache-2.0
-module(m_processes).
-export([run/0, run/1]).
%% Memory of processes that live and wait for a message: resident bytes for each of them, beyond what the node took
%% before. The checksum is what they answer in the end.
run() -> run(100000).
run(N) ->
    Self = self(),
    Before = resident(),
    Pids = [spawn(fun() -> Self ! up, wait(Self) end) || _ <- lists:seq(1, N)],
    [receive up -> ok end || _ <- Pids],
    Bytes = max(0, (resident() - Before) div N),
    lists:foldl(fun(P, I) -> P ! {add, I}, I + 1 end, 1, Pids),
    Sum = lists:sum([receive {sum, S} -> S end || _ <- Pids]),
    io:format("processes ~b ~b ~b~n", [N, Bytes, Sum]),
    {processes, N, Bytes, Sum}.
wait(Parent) -> receive {add, I} -> Parent ! {sum, I band 255} end.
%% Linux tells it in pages.
resident() ->
    erlang:garbage_collect(),
    {ok, Text} = file:read_file("/proc/self/statm"),
    [_, Pages | _] = string:lexemes(Text, " \n"),
    binary_to_integer(Pages) * 4096.
