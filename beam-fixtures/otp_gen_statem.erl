%% gen_statem: state functions, events, postponing, timeouts of all kinds, internal events.
-module(otp_gen_statem).
-export([main/0, init/1, callback_mode/0, off/3, on/3]).
-behaviour(gen_statem).

main() ->
    {ok, P} = gen_statem:start(?MODULE, self(), []),
    io:format("~p~n", [[gen_statem:call(P, X) || X <- [which, flip, which, flip, count]]]),
    gen_statem:cast(P, postpone_me),
    io:format("~p~n", [gen_statem:call(P, flip)]),
    io:format("~p~n", [[receive {note, N} -> N after 500 -> none end || _ <- [1, 2, 3]]]),
    io:format("~p~n", [gen_statem:call(P, {timeouts, 5})]),
    io:format("~p~n", [[receive {note, N} -> N after 500 -> none end || _ <- [1, 2]]]),
    io:format("~p~n", [gen_statem:stop(P)]).

callback_mode() -> [state_functions, state_enter].
init(S) -> {ok, off, #{s => S, n => 0}}.

off(enter, _, _) -> keep_state_and_data;
off({call, F}, which, _) -> {keep_state_and_data, [{reply, F, off}]};
off({call, F}, flip, #{n := N} = D) -> {next_state, on, D#{n := N + 1}, [{reply, F, flipped}]};
off({call, F}, count, #{n := N}) -> {keep_state_and_data, [{reply, F, N}]};
off(cast, postpone_me, _) -> {keep_state_and_data, [postpone]}.

on(enter, off, #{s := S}) -> S ! {note, entered_on}, {keep_state_and_data, [{state_timeout, 30, tick}]};
on({call, F}, which, _) -> {keep_state_and_data, [{reply, F, on}]};
on({call, F}, flip, D) -> {next_state, off, D, [{reply, F, flipped_back}]};
on({call, F}, {timeouts, T}, _) -> {keep_state_and_data, [{reply, F, ok}, {{timeout, named}, T, x}, {next_event, internal, inside}]};
on(internal, inside, #{s := S}) -> S ! {note, inside}, keep_state_and_data;
on({timeout, named}, x, #{s := S}) -> S ! {note, named_timeout}, keep_state_and_data;
on(state_timeout, tick, #{s := S}) -> S ! {note, state_timeout}, keep_state_and_data;
on(cast, postpone_me, #{s := S}) -> S ! {note, postponed}, keep_state_and_data.
