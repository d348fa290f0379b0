%% load_binary, old and current code, purge, soft_purge, delete, and calls between versions.
-module(code_loading).
-export([main/0]).

main() ->
    Load = fun(N) -> {ok, M, B} = compile:forms(forms(N)), code:load_binary(M, "fix_code_v.erl", B) end,
    io:format("~p~n", [[catch element(1, element(2, catch fix_code_v:version())), code:is_loaded(fix_code_v), erlang:module_loaded(fix_code_v)]]),
    io:format("~p ~p~n", [Load(1), fix_code_v:version()]),
    F = fix_code_v:make(),
    S = self(),
    P = spawn(fun() -> fix_code_v:loop(S) end),
    io:format("~p~n", [[F(), ask(P, which), erlang:check_old_code(fix_code_v)]]),
    io:format("~p ~p~n", [Load(2), fix_code_v:version()]),
    io:format("~p~n", [[F(), ask(P, which), erlang:check_old_code(fix_code_v), erlang:check_process_code(P, fix_code_v), code:soft_purge(fix_code_v)]]),
    P ! switch,
    io:format("~p~n", [[ask(P, which), erlang:check_process_code(P, fix_code_v), erlang:check_process_code(self(), fix_code_v)]]),
    M = erlang:monitor(process, P),
    io:format("~p~n", [Load(3)]),
    Q = spawn(fun() -> (fun Hold() -> receive {X, which} -> X ! {self(), F()}, Hold() end end)() end),
    io:format("~p~n", [is_pid(Q)]),
    io:format("~p~n", [[code:purge(fix_code_v), receive {'DOWN', M, _, _, W} -> W after 100 -> alive end]]),
    io:format("~p~n", [[code:delete(fix_code_v), erlang:module_loaded(fix_code_v), catch element(1, element(2, catch fix_code_v:version())), code:purge(fix_code_v)]]),
    io:format("~p~n", [[code:load_binary(fix_code_v, "x", <<"garbage">>), code:load_binary(other_name, "x", element(3, compile:forms(forms(1))))]]).

ask(P, X) -> P ! {self(), X}, receive {P, A} -> A after 500 -> timeout end.

forms(N) ->
    [{attribute, 1, module, fix_code_v}, {attribute, 1, export, [{version, 0}, {make, 0}, {loop, 1}]},
     {function, 1, version, 0, [{clause, 1, [], [], [{integer, 1, N}]}]},
     {function, 1, make, 0, [{clause, 1, [], [], [{'fun', 1, {clauses, [{clause, 1, [], [], [{tuple, 1, [{atom, 1, fun_of}, {integer, 1, N}]}]}]}}]}]},
     parse("loop(S) -> receive {F, which} -> F ! {self(), version()}, loop(S); switch -> fix_code_v:loop(S) end.")].

parse(Text) -> {ok, Ts, _} = erl_scan:string(Text), {ok, F} = erl_parse:parse_form(Ts), F.
