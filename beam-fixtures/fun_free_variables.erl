%% Funs made of bytes: with any number of free variables, up to as many as there can be.
-module(fun_free_variables).
-export([main/0]).

main() ->
    [io:format("~p ~p: ~p~n", [Arity, Free, try is_function(binary_to_term(fake(Arity, Free)), Arity) catch error:R -> R end])
     || Arity <- [0, 1, 255], Free <- [0, 1, 254, 255, 256, 1000, 1 bsl 31]].

%% No more variables than these are there.
fake(Arity, Free) ->
    <<131, Pid/binary>> = term_to_binary(self()),
    Variables = << <<97, (N band 255)>> || N <- lists:seq(1, min(Free, 1000)) >>,
    Body = <<Arity, (erlang:md5([]))/binary, 0:32, Free:32, 100, 1:16, "f", 97, 0, 97, 1, Pid/binary, Variables/binary>>,
    <<131, 112, (byte_size(Body) + 4):32, Body/binary>>.
