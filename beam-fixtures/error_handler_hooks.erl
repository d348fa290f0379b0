%% Undefined functions through an error handler of one's own, and $handle_undefined_function.
-module(error_handler_hooks).
-export([main/0, undefined_function/3, undefined_lambda/3, '$handle_undefined_function'/2]).

main() ->
    io:format("~p~n", [[?MODULE:surely_not_here(1, 2), ?MODULE:nor_this()]]),
    S = self(),
    spawn(fun() -> process_flag(error_handler, ?MODULE), S ! {r, [fix_no_module:f(1), apply(fix_no_module, g, [a, b])]} end),
    io:format("~p~n", [receive {r, X} -> X end]),
    io:format("~p~n", [try fix_no_module:f(1) catch C:R:St -> {M, F, A, _} = hd(St), {C, R, M, F, A} end]),
    io:format("~p~n", [try error_handler:undefined_function(fix_no_module, h, [x]) catch error:undef -> undef end]).

undefined_function(M, F, A) -> {handled, M, F, A}.
undefined_lambda(M, F, A) -> {lambda, M, F, A}.
'$handle_undefined_function'(F, A) -> {mine, F, A}.
