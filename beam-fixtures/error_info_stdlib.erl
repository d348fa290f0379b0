%% Messages for bad arguments of natives in binary, ets, lists, maps, math, re, unicode, atomics, counters, persistent_term, os.
-module(error_info_stdlib).
-export([main/0]).

main() ->
    T = ets:new(t, [named_table]),
    [show(M, F, A) || {M, F, A} <- [
        {binary, at, [<<1>>, 5]}, {binary, at, [a, 0]}, {binary, copy, [a, 1]}, {binary, copy, [<<1>>, -1]}, {binary, decode_unsigned, [a]}, {binary, encode_unsigned, [-1]}, {binary, first, [<<>>]}, {binary, last, [<<>>]},
        {binary, longest_common_prefix, [[a]]}, {binary, match, [<<>>, []]}, {binary, match, [a, <<1>>]}, {binary, part, [<<1>>, 2, 3]}, {binary, split, [a, b]}, {binary, compile_pattern, [[]]}, {binary, bin_to_list, [a]}, {binary, list_to_bin, [[a]]},
        {ets, insert, [T, a]}, {ets, insert, [nope, {a}]}, {ets, insert, [T, {}]}, {ets, lookup, [nope, a]}, {ets, lookup_element, [T, a, 1]}, {ets, new, [1, []]}, {ets, new, [x, [bad]]}, {ets, new, [t, [named_table]]}, {ets, update_counter, [T, a, 1]},
        {ets, match, [T, a, b]}, {ets, select, [T, bad]}, {ets, first, [nope]}, {ets, next, [T, nokey]}, {ets, rename, [T, 1]}, {ets, give_away, [T, self(), x]}, {ets, info, [1, 2]}, {ets, update_element, [T, a, {0, x}]}, {ets, delete, [nope]}, {ets, slot, [T, -1]}, {ets, setopts, [T, a]},
        {lists, keyfind, [a, 0, []]}, {lists, keymember, [a, b, c]}, {lists, member, [a, b]}, {lists, reverse, [a, b]}, {lists, keysearch, [a, 1, b]},
        {maps, get, [a, #{}]}, {maps, get, [a, b]}, {maps, from_list, [a]}, {maps, merge, [a, b]}, {maps, keys, [1]}, {maps, take, [a, b]}, {maps, iterator, [a]}, {maps, next, [a]},
        {math, sqrt, [-1]}, {math, log, [0]}, {math, pow, [a, 2]}, {math, fmod, [1, 0]}, {math, sin, [a]}, {math, acos, [2]}, {math, exp, [1000]}, {math, atan2, [a, 1]},
        {re, run, [a, b]}, {re, run, [<<"a">>, <<"(">>]}, {re, compile, [a]}, {re, run, ["a", "a", [bad]]}, {re, inspect, [a, b]},
        {unicode, characters_to_list, [a]}, {unicode, characters_to_binary, [<<1>>, bad]}, {unicode, characters_to_binary, [[a], utf8, utf8]},
        {atomics, new, [0, []]}, {atomics, get, [a, 1]}, {atomics, add, [a, 3, 1]}, {atomics, put, [a, 1, a]}, {counters, new, [a, []]}, {counters, add, [a, 2, 1]},
        {persistent_term, get, [not_there]}, {persistent_term, put, [1]}, {os, getenv, [1]}, {os, putenv, ["a=b", "c"]}, {os, putenv, [1, 2]}, {os, unsetenv, [a]}, {os, set_signal, [a, b]}, {os, system_time, [bad]}]].

show(M, F, A) ->
    try apply(M, F, A) of
        _ -> io:format("~p:~p: fine~n", [M, F])
    catch
        C:R:S -> io:format("~ts~n", [clean(erl_error:format_exception(C, R, [hd(S)]))])
    end.

clean(Text) -> re:replace(Text, "#Ref<[^>]*>|<[0-9.]+>", "ID", [global, unicode, {return, list}]).
