%% What modules say of themselves: module_info, get_module_info, fun_info, beam_lib.
-module(code_info).
-export([main/0]).

main() ->
    io:format("~p~n", [lists:sort(?MODULE:module_info(exports))]),
    io:format("~p~n", [[K || {K, _} <- ?MODULE:module_info()]]),
    io:format("~p~n", [{?MODULE:module_info(module), is_list(?MODULE:module_info(attributes)), lists:sort(erlang:get_module_info(?MODULE, exports)) =:= lists:sort(?MODULE:module_info(exports))}]),
    io:format("~p~n", [[lists:member({X, Y}, erlang:module_info(exports)) || {X, Y} <- [{spawn, 1}, {self, 0}, {nope, 0}]]]),
    {file, F} = code:is_loaded(?MODULE),
    {ok, {?MODULE, [{exports, E}]}} = beam_lib:chunks(F, [exports]),
    io:format("~p~n", [E]),
    {ok, {_, Md5}} = beam_lib:md5(F),
    io:format("~p~n", [Md5 =:= ?MODULE:module_info(md5)]),
    X = 5, G = fun(Y) -> X + Y end,
    io:format("~p~n", [[erlang:fun_info(G, I) || I <- [module, arity, type, env, name, new_index]]]),
    io:format("~p~n", [[erlang:fun_info(fun lists:map/2, I) || I <- [module, name, arity, type, env]]]),
    io:format("~p~n", [try erlang:get_module_info(nomodule) catch C:R -> {C, R} end]),
    io:format("~p~n", [[erlang:fun_to_list(fun lists:map/2), code:which(no_such_module), code:ensure_loaded(no_such_module)]]).
