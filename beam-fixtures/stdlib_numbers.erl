%% rand with seeds, calendar, base64, math, integer functions, lists of them.
-module(stdlib_numbers).
-export([main/0]).

main() ->
    [begin rand:seed(Alg, {1, 2, 3}), io:format("~p ~p ~p~n", [Alg, [rand:uniform(1000) || _ <- lists:seq(1, 8)], [rand:uniform() || _ <- [1, 2]]]) end || Alg <- [exsss, exrop, exs1024s, exro928ss, exsp, dummy]],
    rand:seed(exsss, 42),
    io:format("~p~n", [[rand:normal(), rand:bytes(5), rand:uniform_real(), rand:uniform(1 bsl 70)]]),
    S = rand:jump(rand:seed_s(exsss, 1)), io:format("~p~n", [element(1, rand:uniform_s(100, S))]),
    io:format("~p~n", [[calendar:day_of_the_week(2024, 2, 29), calendar:date_to_gregorian_days(2000, 1, 1), calendar:gregorian_seconds_to_datetime(63900000000), calendar:is_leap_year(1900), calendar:iso_week_number({2021, 1, 3}), calendar:last_day_of_the_month(2023, 2), calendar:time_to_seconds({1, 2, 3}), calendar:seconds_to_daystime(100000), calendar:valid_date(2023, 2, 30), calendar:rfc3339_to_system_time("2020-01-02T03:04:05Z"), calendar:system_time_to_rfc3339(0, [{offset, "Z"}]), calendar:time_difference({{2000, 1, 1}, {0, 0, 0}}, {{2000, 1, 2}, {1, 0, 0}})]]),
    io:format("~p~n", [[base64:encode("any carnal pleas"), base64:decode(<<"YW55IGNhcm5hbA==">>), base64:encode_to_string(<<0, 255>>), base64:mime_decode("YW\n55!"), try base64:decode("a") catch C:_ -> C end]]),
    io:format("~p~n", [[math:sqrt(2), math:floor(-1.5), math:ceil(1.2), math:fmod(7, 3), math:pi(), math:pow(2, 0.5), math:log2(8), math:log10(1000)]]),
    io:format("~p~n", [[trunc(1.0e20), round(2.5), 7 div -2, -7 rem 3, 5 band 3, 1 bsl 100 bsr 98, abs(-5), floor(-0.5), ceil(-0.5)]]).
