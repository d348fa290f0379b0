%% Runs generated cases in blocks of 50, each in a process of its own with a seed of its own: for each a line with a hash
%% of all that came of it, so that two machines can be compared; `cases/3` tells one block's cases in full.
-module(prop_run).
-export([main/3, cases/3, call/3, exact/3, attempt/2, plain/1, sorted/1]).

-define(BLOCK, 50).

%% Lines of: seed, block, hash, how many cases went well, how many there were.
main(Module, Seeds, Cases) ->
    ok = logger:set_primary_config(level, none),
    [io:format("~w ~w ~s~n", [S, B, in_process(fun() -> summary(block(Module, S, B)) end)])
        || S <- Seeds, B <- lists:seq(1, Cases div ?BLOCK)],
    halt().

cases(Module, Seed, Block) ->
    ok = logger:set_primary_config(level, none),
    Cases = in_process(fun() -> block(Module, Seed, Block) end),
    is_list(Cases) andalso [io:format("~0p~n      -> ~0p~n", [plain(Case), Result]) || {Case, Result} <- Cases],
    is_list(Cases) orelse io:format("~p~n", [Cases]),
    halt().

block(Module, Seed, Block) ->
    {module, Module} = code:ensure_loaded(Module),
    rand:seed(exsss, Seed * 1000000 + Block),
    case erlang:function_exported(Module, block, 1) of
        true -> Module:block(?BLOCK);
        false -> [Module:one() || _ <- lists:seq(1, ?BLOCK)]
    end.

summary(Cases) ->
    <<Hash:128>> = erlang:md5(term_to_binary([{plain(C), R} || {C, R} <- Cases], [{minor_version, 2}])),
    io_lib:format("~32.16.0b ~w ~w", [Hash, length([ok || {_, {ok, _}} <- Cases]), length(Cases)]).

in_process(F) ->
    {Pid, Ref} = spawn_monitor(fun() -> exit({done, F()}) end),
    receive
        {'DOWN', Ref, process, Pid, {done, Result}} -> Result;
        {'DOWN', Ref, process, Pid, Reason} -> io_lib:format("the generator itself failed: ~w", [Reason])
    after 120000 ->
        exit(Pid, kill),
        "timed out"
    end.

%% A call and what came of it; now and then one of its arguments is replaced by one that hardly fits.
call(M, F, Args) ->
    case Args =/= [] andalso prop_gen:below(10) =:= 0 of
        true -> exact(M, F, setelement_of(prop_gen:below(length(Args)), Args, prop_gen:wrong()));
        false -> exact(M, F, Args)
    end.

setelement_of(0, [_ | T], X) -> [X | T];
setelement_of(N, [H | T], X) -> [H | setelement_of(N - 1, T, X)].

exact(M, F, Args) ->
    attempt({M, F, [shown(A) || A <- Args]}, fun() -> apply(M, F, Args) end).

%% Funs have no text that is the same everywhere.
shown(F) when is_function(F) -> {'fun', erlang:fun_info(F, arity)};
shown(X) -> X.

attempt(Case, F) ->
    {Case, try {ok, plain(F())} catch Class:Reason -> {Class, plain(Reason)} end}.

%% A term in which maps' pairs are in an order that doesn't depend on how maps are stored.
plain(M) when is_map(M) ->
    {'#map', sorted(maps:to_list(M))};
plain([H | T]) -> [plain(H) | plain(T)];
plain(T) when is_tuple(T) -> list_to_tuple(plain(tuple_to_list(T)));
plain(F) when is_function(F) -> shown(F);
plain(X) -> X.

%% In an order without chance: neither that of maps, nor of what only compares equal.
sorted(L) -> [X || {X, _} <- lists:sort([{P, term_to_binary(P, [{minor_version, 2}])} || X <- L, P <- [plain(X)]])].
