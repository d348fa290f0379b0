%% Logger formatting: levels, templates, reports, depth, single lines; filters and metadata.
-module(otp_logger).
-export([main/0]).

main() ->
    E = fun(L, M) -> #{level => L, msg => M, meta => #{time => 0, pid => p, gl => g, mfa => {m, f, 1}, line => 7, key => v}} end,
    Show = fun(Ev, C) -> io:format("~ts", [logger_formatter:format(Ev, C)]) end,
    T = [level, ": ", {key, ["<", key, ">"], ["no key"]}, " ", mfa, ":", line, " ", msg, "\n"],
    [Show(E(L, M), #{template => T, single_line => S}) || S <- [true, false], {L, M} <- [{info, {string, "text"}}, {error, {"fmt ~p ~s", [{a, 1}, "s"]}}, {warning, {report, #{a => 1, b => [x]}}},
        {notice, {report, [{a, 1}, {b, "two\nlines"}]}}, {debug, {string, "a\nb"}}, {critical, {"~p", [lists:seq(1, 100)]}}]],
    Show(E(info, {"~p", [lists:seq(1, 100)]}), #{template => T, depth => 10}),
    Show(E(info, {string, lists:duplicate(200, $x)}), #{template => T, chars_limit => 60}),
    Show(E(info, {string, "t"}), #{template => [time, " ", level, " ", msg, "\n"], time_offset => "Z"}),
    Show(E(error, {report, #{label => {error_logger, error_report}, report => [{k, v}]}}), #{template => [msg, "\n"], report_cb => fun(R) -> {"cb ~p", [maps:size(R)]} end}),
    io:format("~p~n", [[logger:compare_levels(A, B) || {A, B} <- [{error, info}, {info, info}, {debug, alert}]]]),
    io:format("~p~n", [[logger_filters:level(E(L, {string, ""}), {log, gteq, warning}) =:= ignore || L <- [debug, info, warning, error]]]),
    logger:set_process_metadata(#{a => 1}), logger:update_process_metadata(#{b => 2}),
    io:format("~p~n", [[logger:get_process_metadata(), logger:unset_process_metadata(), logger:get_process_metadata()]]),
    io:format("~p~n", [[is_map(logger:get_primary_config()), logger:get_handler_config(nope), logger:add_handler(x, nomod, #{}), logger:set_module_level(?MODULE, debug), logger:get_module_level(?MODULE), logger:unset_module_level(?MODULE)]]).
