%% Messages for bad arguments of natives in erlang, as erl_error makes them.
-module(error_info_erlang).
-export([main/0]).

main() ->
    [show(F, A) || {F, A} <- [
        {abs, [a]}, {atom_to_binary, [1]}, {atom_to_list, ["a"]}, {binary_part, [<<1>>, 1, 5]}, {binary_to_atom, [<<255>>, utf8]},
        {binary_to_existing_atom, [<<"surely not there yet">>, utf8]}, {binary_to_float, [<<"1">>]}, {binary_to_integer, [<<"x">>]}, {binary_to_integer, [<<"1">>, 40]},
        {binary_to_list, [a]}, {binary_to_list, [<<1, 2>>, 2, 7]}, {binary_to_term, [<<1>>]}, {bit_size, [a]}, {bitstring_to_list, [a]}, {byte_size, [a]}, {ceil, [a]},
        {convert_time_unit, [1, a, second]}, {delete_element, [3, {a}]}, {display, []}, {element, [3, {a}]}, {element, [a, b]}, {erase, []},
        {error, [1, 2, 3]}, {float, [a]}, {float_to_list, [a]}, {float_to_list, [1.0, [bad]]}, {fun_info, [a, b]}, {function_exported, [1, 2, 3]}, {halt, [a]}, {hd, [[]]},
        {insert_element, [9, {}, a]}, {integer_to_list, [a]}, {integer_to_list, [1, 99]}, {iolist_size, [a]}, {iolist_to_binary, [[256]]}, {length, [[a | b]]}, {link, [a]},
        {list_to_atom, [a]}, {list_to_atom, [lists:duplicate(256, $a)]}, {list_to_binary, [[a]]}, {list_to_existing_atom, ["never seen before"]}, {list_to_float, ["x"]},
        {list_to_integer, ["x"]}, {list_to_pid, ["x"]}, {list_to_tuple, [a]}, {localtime_to_universaltime, [{{2001, 2, 3}, {4, 5, 6}}, x]}, {make_tuple, [-1, a]}, {map_get, [a, #{}]},
        {map_size, [a]}, {monitor, [bad, self_]}, {monitor_node, [1, 2]}, {process_flag, [trap_exit, 1]}, {process_flag, [nope, 1]}, {process_info, [a]}, {put, []},
        {register, [1, 2]}, {register, [undefined, a]}, {round, [a]}, {send, [nobody_at_all, a]}, {send_after, [-1, a, b]}, {setelement, [1, {}, a]}, {size, [a]}, {spawn, [a]}, {spawn, [1, 2, 3]},
        {spawn_opt, [a, b]}, {split_binary, [<<1>>, 5]}, {start_timer, [a, b, c]}, {system_flag, [a, b]}, {system_info, [nope]}, {term_to_binary, [a, [bad]]}, {tl, [a]}, {trunc, [a]},
        {tuple_size, [a]}, {tuple_to_list, [a]}, {unique_integer, [[bad]]}, {universaltime_to_localtime, [a]}, {unlink, [a]}, {unregister, [not_registered]}, {whereis, [1]}]].

show(F, A) ->
    try apply(erlang, F, A) of
        _ -> io:format("~p~p: fine~n", [F, A])
    catch
        C:R:S -> io:format("~ts~n", [erl_error:format_exception(C, R, [hd(S)], #{stack_trim_fun => fun(_, _, _) -> false end})])
    end.
