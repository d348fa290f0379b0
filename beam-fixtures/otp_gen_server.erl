%% gen_server: calls, casts, infos, timeouts, continue, stop, crashes, multi_call-free features.
-module(otp_gen_server).
-export([main/0, init/1, handle_call/3, handle_cast/2, handle_info/2, handle_continue/2, terminate/2, code_change/3, format_status/1]).
-behaviour(gen_server).

main() ->
    {ok, P} = gen_server:start(?MODULE, {start, self()}, []),
    io:format("~p~n", [[gen_server:call(P, X) || X <- [get, {set, 5}, get, later]]]),
    gen_server:cast(P, {add, 3}), P ! {info, 4},
    io:format("~p~n", [gen_server:call(P, get)]),
    io:format("~p~n", [gen_server:call(P, timeout)]),
    io:format("~p~n", [receive timed_out -> timed_out after 1000 -> no end]),
    R = gen_server:send_request(P, get),
    io:format("~p~n", [gen_server:receive_response(R, 1000)]),
    io:format("~p~n", [gen_server:stop(P)]),
    io:format("~p~n", [receive {terminated, W} -> W end]),
    io:format("~p~n", [[gen_server:start(?MODULE, X, []) || X <- [ignore, {stop, why}, bad]]]),
    {ok, Q} = gen_server:start({local, fix_gs}, ?MODULE, {start, self()}, []),
    io:format("~p~n", [{gen_server:start({local, fix_gs}, ?MODULE, {start, self()}, []) =:= {error, {already_started, Q}}, whereis(fix_gs) =:= Q}]),
    M = erlang:monitor(process, Q),
    io:format("~p~n", [try gen_server:call(Q, crash) catch exit:{{R1, _}, {gen_server, call, [_, crash]}} -> {crashed, R1} end]),
    io:format("~p~n", [receive {'DOWN', M, _, _, {R2, [T | _]}} -> {R2, element(2, T)} end]),
    io:format("~p~n", [try gen_server:call(fix_gs, x) catch exit:E -> E end]),
    {ok, Z} = gen_server:start(?MODULE, {start, self()}, []),
    io:format("~p~n", [try gen_server:call(Z, slow, 10) catch exit:{timeout, {gen_server, call, [_, slow, 10]}} -> timeout end]),
    exit(Z, kill).

init({start, S}) -> {ok, {0, S}, {continue, begun}};
init(ignore) -> ignore;
init({stop, W}) -> {stop, W};
init(bad) -> bad_return.
handle_continue(begun, {N, S}) -> {noreply, {N + 100, S}}.
handle_call(get, _, {N, _} = St) -> {reply, N, St};
handle_call({set, X}, _, {_, S}) -> {reply, ok, {X, S}};
handle_call(later, From, St) -> gen_server:reply(From, replied), {noreply, St};
handle_call(timeout, _, St) -> {reply, soon, St, 5};
handle_call(slow, _, St) -> timer:sleep(100), {reply, ok, St};
handle_call(crash, _, _) -> error(crashed).
handle_cast({add, X}, {N, S}) -> {noreply, {N + X, S}}.
handle_info({info, X}, {N, S}) -> {noreply, {N * X, S}};
handle_info(timeout, {_, S} = St) -> S ! timed_out, {noreply, St}.
terminate(W, {N, S}) -> S ! {terminated, {W, N}}, ok.
code_change(_, S, _) -> {ok, S}.
format_status(S) -> S.
