%% proc_lib and sys: start_link, init_ack, initial calls, suspend, state, crash reports as data.
-module(otp_proc_lib).
-export([main/0, init/1, system_continue/3, system_terminate/4, system_get_state/1, system_replace_state/2, bad_init/0]).

main() ->
    process_flag(trap_exit, true),
    {ok, P} = proc_lib:start_link(?MODULE, init, [self()]),
    io:format("~p~n", [[proc_lib:initial_call(P), proc_lib:translate_initial_call(P)]]),
    io:format("~p~n", [[sys:get_state(P), sys:replace_state(P, fun(X) -> X + 1 end), sys:get_state(P)]]),
    sys:suspend(P), P ! {self(), ask},
    io:format("~p~n", [receive {answer, X} -> X after 30 -> suspended end]),
    sys:resume(P),
    io:format("~p~n", [receive {answer, Y} -> Y after 500 -> none end]),
    io:format("~p~n", [[proc_lib:start_link(?MODULE, bad_init, []), receive {'EXIT', _, W} -> W after 500 -> none end]]),
    io:format("~p~n", [proc_lib:start_link(timer, sleep, [1000], 20)]),
    receive {'EXIT', _, killed} -> ok after 500 -> ok end,
    Q = proc_lib:spawn_link(fun() -> error(oops) end),
    io:format("~p~n", [receive {'EXIT', Q, {oops, [T | _]}} -> element(1, T) end]),
    io:format("~p~n", [proc_lib:stop(P)]).

init(Parent) -> proc_lib:init_ack(Parent, {ok, self()}), loop(Parent, 41).
bad_init() -> proc_lib:init_ack({error, refused}), exit(refused).
loop(Parent, S) ->
    receive
        {system, From, Req} -> sys:handle_system_msg(Req, From, Parent, ?MODULE, [], S);
        {F, ask} -> F ! {answer, S}, loop(Parent, S)
    end.
system_continue(Parent, _, S) -> loop(Parent, S).
system_terminate(R, _, _, _) -> exit(R).
system_get_state(S) -> {ok, S}.
system_replace_state(F, S) -> N = F(S), {ok, N, N}.
