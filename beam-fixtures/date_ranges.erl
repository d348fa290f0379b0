%% The first and last years that conversions of dates know.
-module(date_ranges).
-export([main/0]).

main() ->
    [io:format("~p ~p: ~p~n", [F, Year, catch_(F, {{Year, 7, 1}, {12, 0, 0}})])
     || F <- [universaltime_to_localtime, localtime_to_universaltime, universaltime_to_posixtime],
        Year <- [-1, 0, 1599, 1600, 1901, 1902, 2147483646, 2147483647, 1 bsl 31, 1 bsl 70]].

catch_(F, Date) -> try erlang:F(Date) catch error:R -> R end.
