%% What can be monitored: processes and ports by name, by name and node, of an earlier life of this node, of other nodes.
-module(monitor_targets).
-export([main/0]).

main() ->
    {ok, F} = file:open(<<"text">>, [ram, read, binary]),
    Port = element(3, F),
    register(a_port, Port), register(a_process, self()),
    Names = [nobody, a_port, a_process],
    Targets = Names ++ [{N, At} || N <- Names, At <- [node(), other@host, 1]] ++ [{1, node()}, {a_port, node(), x}, [], clock_service]
        ++ [external(Tag, Node, Creation) || Tag <- [pid, port], Node <- [node(), other@host], Creation <- [7, 8]],
    [io:format("~p ~p: ~p~n", [Kind, name(Target), try down(erlang:monitor(Kind, Target, Options), Options)
                                                   catch error:badarg -> badarg end])
     || Kind <- [process, port, time_offset], Target <- Targets, Options <- [[], [{tag, tag}]]],
    ok = file:close(F).

down(R, Options) ->
    Tag = proplists:get_value(tag, Options, 'DOWN'),
    receive {Tag, R, Kind, Object, Reason} -> {down, Kind, name(Object), Reason} after 50 -> erlang:demonitor(R, [info]) end.

name(T) when is_pid(T) -> {pid, node(T)};
name(T) when is_port(T) -> {port, node(T)};
name(T) -> T.

external(Tag, Node, Creation) ->
    Atom = atom_to_binary(Node),
    Name = <<119, (byte_size(Atom)), Atom/binary>>,
    binary_to_term(case Tag of
        pid -> <<131, 88, Name/binary, 4711:32, 17:32, Creation:32>>;
        port -> <<131, 89, Name/binary, 4711:32, Creation:32>>
    end).
