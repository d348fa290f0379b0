%% Type tests in guards and bodies, on terms of every kind.
-module(type_tests).
-export([main/0]).
-record(r, {a, b}).

main() ->
    Ts = [1, 1.0, 1 bsl 64, a, true, "s", [], {}, {r, 1, 2}, {r, 1}, <<>>, <<1:1>>, #{}, fun main/0, fun(_, _) -> ok end, self(), make_ref(),
          hd(erlang:ports())],
    [io:format("~w~n", [tests(T)]) || T <- Ts],
    io:format("~w~n", [[body(T) || T <- Ts]]).

tests(T) ->
    [N || {N, true} <- [
        {integer, is_integer(T)}, {float, is_float(T)}, {number, is_number(T)}, {atom, is_atom(T)}, {boolean, is_boolean(T)},
        {list, is_list(T)}, {tuple, is_tuple(T)}, {binary, is_binary(T)}, {bitstring, is_bitstring(T)}, {map, is_map(T)},
        {function, is_function(T)}, {fun0, is_function(T, 0)}, {fun2, is_function(T, 2)}, {pid, is_pid(T)},
        {reference, is_reference(T)}, {port, is_port(T)}, {record, is_record(T, r)}, {record3, is_record(T, r, 3)}]].

body(T) when is_record(T, r) -> {record, T#r.a};
body(T) when is_boolean(T) -> boolean;
body(T) when is_atom(T) -> atom;
body(T) when is_integer(T), T > 1 bsl 62 -> big;
body(T) when is_number(T) -> number;
body([]) -> nil;
body(T) when is_list(T); is_tuple(T) -> compound;
body(T) when is_binary(T) -> binary;
body(T) when is_bitstring(T) -> bits;
body(T) when is_function(T, 0) -> fun0;
body(T) when is_function(T) -> function;
body(T) when is_pid(T) orelse is_reference(T) orelse is_port(T) -> identifier;
body(_) -> other.
