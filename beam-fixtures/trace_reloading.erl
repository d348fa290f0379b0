%% Breakpoints of modules that are loaded anew, deleted, purged; patterns for what is loaded later; patterns that change
%% while many processes run through the code.
-module(trace_reloading).
-export([main/0]).

load(V) ->
    Lines = ["-module(reloaded).", "-export([f/1]).", io_lib:format("f(X) -> g(X) + ~p.", [V]), "g(X) -> X."],
    Forms = [begin {ok, T, _} = erl_scan:string(lists:flatten(L)), {ok, F} = erl_parse:parse_form(T), F end || L <- Lines],
    {ok, reloaded, Beam} = compile:forms(Forms, []),
    code:purge(reloaded),
    {module, reloaded} = code:load_binary(reloaded, "reloaded", Beam).

info() -> [erlang:trace_info({reloaded, f, 1}, K) || K <- [traced, match_spec, call_count]].

main() ->
    load(1),
    P = spawn(fun server/0),
    Call = fun() ->
        P ! {self(), call}, receive {P, R} -> ok end,
        D = erlang:trace_delivered(P), receive {trace_delivered, P, D} -> ok end,
        {R, traces()}
    end,
    1 = erlang:trace(P, true, [call]),
    io:format("~p~n", [info()]),
    io:format("~p~n", [[erlang:trace_pattern({reloaded, F, 1}, true, [local]) || F <- [f, g]] ++ [erlang:trace_pattern({reloaded, f, 1}, true, [call_count])]]),
    io:format("~p~n", [[Call(), info()]]),
    load(2), io:format("~p~n", [[Call(), info()]]),
    io:format("~p~n", [erlang:trace_pattern({reloaded, f, 1}, true, [global])]),
    io:format("~p~n", [[Call(), info()]]),
    load(3), io:format("~p~n", [[Call(), info()]]),
    io:format("~p~n", [erlang:trace_pattern(on_load, [{'_', [], [{return_trace}]}], [local])]),
    io:format("~p~n", [[erlang:trace_info(on_load, K) || K <- [traced, match_spec, meta, call_count, all]]]),
    load(4), erlang:trace_pattern({reloaded, module_info, '_'}, false, [local]),
    io:format("~p~n", [[Call(), info()]]),
    io:format("~p~n", [[erlang:trace_pattern(on_load, false, [local]), erlang:trace_info(on_load, all)]]),
    load(5), io:format("~p~n", [[Call(), info()]]),
    erlang:trace_pattern({reloaded, f, 1}, true, [local]),
    code:purge(reloaded), code:delete(reloaded), io:format("~p~n", [info()]),
    code:purge(reloaded), io:format("~p~n", [info()]),
    load(6), io:format("~p~n", [[Call(), info()]]),
    [begin erlang:trace_pattern({reloaded, '_', '_'}, true, [local]), load(N), reloaded:f(N), erlang:trace_pattern({reloaded, '_', '_'}, true, [global]) end || N <- lists:seq(1, 5)],
    io:format("~p~n", [reloaded:f(1)]),
    crowd(P).

server() -> receive {From, call} -> From ! {self(), reloaded:f(1)}, server() end.

traces() -> receive M when element(1, M) =:= trace -> [erlang:delete_element(2, M) | traces()] after 0 -> [] end.

crowd(Tracer) ->
    Self = self(),
    Ps = [spawn(fun() -> receive go -> Self ! {self(), lists:sum([reloaded:f(X) || X <- lists:seq(1, 5000)])} end end) || _ <- lists:seq(1, 4)],
    [1 = erlang:trace(Q, true, [call, silent, {tracer, Tracer}]) || Q <- Ps],
    [Q ! go || Q <- Ps],
    [begin
         erlang:trace_pattern({reloaded, '_', '_'}, [{'_', [], [{return_trace}]}], [local]), erlang:trace_pattern({reloaded, '_', '_'}, false, [local]),
         erlang:trace_pattern({reloaded, '_', '_'}, true, [call_count, call_time]), erlang:trace_pattern({reloaded, '_', '_'}, false, [call_count, call_time])
     end || _ <- lists:seq(1, 20)],
    io:format("~p~n", [lists:usort([receive {Q, N} -> N end || Q <- Ps])]).
