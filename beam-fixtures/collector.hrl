%% Keeps what a tracer or profiler is told until somebody asks.
collector() -> spawn_link(fun() -> collect([]) end).

collected(T) -> T ! {get, self()}, receive {got, L} -> L end.

collect(L) ->
    receive
        stop -> ok;
        {get, From} -> From ! {got, lists:reverse(L)}, collect([]);
        M -> collect([M | L])
    end.
