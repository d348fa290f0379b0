%% The loads of `soak`: each is a function that does something, makes sure that it came out right, and leaves nothing.
-module(soak_loads).
-behaviour(gen_server).
-export([all/1]).
-export([init/1, handle_call/3, handle_cast/2]).
-export([chain/2, echo/0, fails/1]).

all(Dir) ->
    Versions = [version(N) || N <- [1, 2]],
    new_code(Versions),  % loads everything that is to be loaded before what is there is counted
    Loads = [{storm, fun storm/0}, {links, fun links/0}, {tables, fun tables/0}, {counted, fun counted/0},
             {binaries, fun binaries/0}, {code, fun() -> new_code(Versions) end}, {timers, fun timers/0},
             {servers, fun servers/0}, {terms, fun terms/0}, {patterns, fun patterns/0}, {packed, fun packed/0},
             {errors, fun errors/0}, {persistent, fun persistent/0}, {traced, fun traced/0}, {aliases, fun aliases/0},
             {files, fun() -> files(Dir) end}],
    [Do() || {_, Do} <- Loads],
    Loads.

random(N) -> rand:uniform(N).

%% Many processes at once, each of which answers and ends.
storm() ->
    Self = self(),
    N = 100 + random(400),
    Pids = [spawn_monitor(fun() -> Self ! {self(), lists:sum(lists:seq(1, I))} end) || I <- lists:seq(1, N)],
    Sums = [receive {P, Sum} -> receive {'DOWN', M, process, P, normal} -> Sum end end || {P, M} <- Pids],
    Sums = [I * (I + 1) div 2 || I <- lists:seq(1, N)],
    ok.

%% A chain of links that breaks at its end.
links() ->
    N = 20 + random(100),
    First = spawn_link(?MODULE, chain, [N, broken]),
    receive {'EXIT', First, broken} -> ok end.

chain(0, Why) -> exit(Why);
chain(N, Why) ->
    spawn_link(?MODULE, chain, [N - 1, Why]),
    receive after infinity -> ok end.

tables() ->
    [table(Type, Options) || Type <- [set, ordered_set, bag, duplicate_bag],
                             Options <- [[], [public, {write_concurrency, true}, {read_concurrency, true}], [compressed]]].

table(Type, Options) ->
    T = ets:new(soak, [Type | Options]),
    Keys = [random(500) || _ <- lists:seq(1, 300)],
    [ets:insert(T, {K, <<K:2000>>, [K, {K}]}) || K <- Keys],
    Unique = lists:usort(Keys),
    Unique = lists:usort(ets:select(T, [{{'$1', '_', '_'}, [], ['$1']}])),
    {Odd, Even} = lists:partition(fun(K) -> K rem 2 =:= 1 end, Unique),
    _ = ets:select_delete(T, [{{'$1', '_', '_'}, [{'=:=', {'rem', '$1', 2}, 1}], [true]}]),
    [[] = ets:lookup(T, K) || K <- Odd],
    [<<K:2000>> = element(2, hd(ets:lookup(T, K))) || K <- Even],
    %% The owner of a table ends with it, or leaves it to an heir.
    {P, M} = spawn_monitor(fun() -> receive {'ETS-TRANSFER', _, _, _} -> ok end end),
    ets:setopts(T, {heir, self(), back}),
    true = ets:give_away(T, P, gift),
    receive {'DOWN', M, _, _, normal} -> receive {'ETS-TRANSFER', T, P, back} -> ets:delete(T) end end.

%% Several processes change the same objects.
counted() ->
    T = ets:new(soak, [public, {write_concurrency, auto}, {decentralized_counters, true}]),
    Count = fun() -> [ets:update_counter(T, I rem 7, 1, {I rem 7, 0}) || I <- lists:seq(1, 700)] end,
    Pids = [spawn_monitor(Count) || _ <- lists:seq(1, 4)],
    [receive {'DOWN', M, _, _, normal} -> ok end || {_, M} <- Pids],
    [{_, 400} = hd(ets:lookup(T, K)) || K <- lists:seq(0, 6)],
    ets:delete(T).

%% Pieces of large binaries go to others, and come back.
binaries() ->
    Whole = crypt(random(256), 20000 + random(200000)),
    Sum = erlang:crc32(Whole),
    Echo = spawn_link(?MODULE, echo, []),
    Pieces = [begin Echo ! {self(), Piece}, receive {Echo, Back} -> Back end end || Piece <- pieces(Whole)],
    Sum = erlang:crc32(iolist_to_binary(Pieces)),
    Sum = erlang:crc32(lists:foldl(fun(Piece, Acc) -> <<Acc/binary, Piece/binary>> end, <<>>, Pieces)),
    unlink(Echo),
    M = monitor(process, Echo),
    exit(Echo, kill),
    receive {'DOWN', M, _, _, killed} -> ok end.

echo() ->
    receive {From, What} -> From ! {self(), What} end,
    echo().

pieces(<<>>) -> [];
pieces(Whole) ->
    N = min(byte_size(Whole), random(5000)),
    <<Piece:N/binary, Rest/binary>> = Whole,
    [Piece | pieces(Rest)].

crypt(Seed, Size) -> << <<(I * Seed)>> || I <- lists:seq(1, Size) >>.

%% A module that is loaded again and again, with a process in the old code that is killed by the purge.
version(N) ->
    Forms = [{attribute, 1, module, soak_code}, {attribute, 1, export, [{version, 0}, {wait, 0}]},
             {function, 2, version, 0, [{clause, 2, [], [], [{tuple, 2, [{integer, 2, N}, {string, 2, "a literal"}]}]}]},
             {function, 3, wait, 0, [{clause, 3, [], [],
                [{'receive', 3, [{clause, 3, [{atom, 3, go}], [], [{call, 3, {atom, 3, version}, []}]}]}]}]}],
    {ok, soak_code, Beam} = compile:forms(Forms, []),
    {N, Beam}.

new_code(Versions) ->
    [begin
         {module, soak_code} = code:load_binary(soak_code, "soak_code", Beam),
         {N, "a literal" = Literal} = soak_code:version(),
         {P, M} = spawn_monitor(soak_code, wait, []),
         P ! {keeps, Literal},
         {module, soak_code} = code:load_binary(soak_code, "soak_code", Beam),
         true = code:purge(soak_code),
         receive {'DOWN', M, _, _, killed} -> ok end
     end || {N, Beam} <- Versions].

timers() ->
    Refs = [erlang:start_timer(random(20), self(), I) || I <- lists:seq(1, 200)],
    {Some, Others} = lists:split(100, Refs),
    [case erlang:cancel_timer(R) of
         false -> receive {timeout, R, _} -> ok end;
         Left when is_integer(Left) -> ok
     end || R <- Some],
    [receive {timeout, R, _} -> ok end || R <- Others].

%% A supervised server that crashes now and then.
servers() ->
    {ok, Pid} = gen_server:start(?MODULE, 0, []),
    [N = gen_server:call(Pid, add) || N <- lists:seq(1, 200)],
    gen_server:cast(Pid, {add, 10}),
    211 = gen_server:call(Pid, add),
    M = monitor(process, Pid),
    ok = gen_server:stop(Pid),
    receive {'DOWN', M, _, _, normal} -> ok end.

init(N) -> {ok, N}.
handle_call(add, _, N) -> {reply, N + 1, N + 1}.
handle_cast({add, M}, N) -> {noreply, N + M}.

terms() ->
    Map = maps:from_list([{{K, <<K>>}, K bsl K} || K <- lists:seq(1, 50 + random(200))]),
    Map = binary_to_term(term_to_binary(Map, [{compressed, random(9)}])),
    Sorted = lists:sort(fun(A, B) -> A >= B end, maps:to_list(Map)),
    Sorted = lists:reverse(lists:sort(maps:to_list(Map))),
    Big = (1 bsl (1000 + random(20000))) + 1,
    Big = list_to_integer(integer_to_list(Big)),
    true = Big * Big > Big.

patterns() ->
    Text = lists:duplicate(200, "key=value; other = \"quoted text\"\n"),
    {match, All} = re:run(Text, "(?<k>\\w+)\\s*=\\s*(?<v>\\w+|\"[^\"]*\")", [global, {capture, [k, v], binary}]),
    400 = length(All),
    nomatch = re:run(lists:duplicate(18, $a), "^(a+)+$b", []),
    100 = length(binary:matches(binary:copy(<<"..needle">>, 100), [<<"needle">>, <<"nail">>])).

packed() ->
    Plain = crypt(random(200), 10000 + random(50000)),
    Plain = zlib:uncompress(zlib:compress(Plain)),
    Z = zlib:open(),
    ok = zlib:deflateInit(Z, random(9)),
    Packed = zlib:deflate(Z, Plain, finish),
    zlib:close(Z),
    Plain = zlib:uncompress(Packed).

errors() ->
    [begin
         Class = try fails(How), none catch C:_:Stack -> true = length(Stack) > 0, C end,
         true = lists:member(Class, [error, exit, throw])
     end || How <- [badarith, badmatch, function_clause, undef, exit, throw, deep, badarg]].

fails(badarith) -> 1 / (random(1) - 1);
fails(badmatch) -> [a | _] = lists:duplicate(random(3), b);
fails(undef) -> soak_nothing:there(random(3));
fails(exit) -> exit(random(3));
fails(throw) -> throw(random(3));
fails(badarg) -> list_to_integer("x" ++ integer_to_list(random(9)));
fails(deep) -> [fails(badarith) | lists:duplicate(3, random(3))].

persistent() ->
    Key = {?MODULE, random(5)},
    Big = lists:seq(1, 500 + random(500)),
    persistent_term:put(Key, Big),
    Keeper = spawn_link(?MODULE, echo, []),
    Keeper ! {self(), {persistent_term:get(Key), part}},
    persistent_term:erase(Key),
    receive {Keeper, {Big, part}} -> ok end,
    unlink(Keeper),
    M = monitor(process, Keeper),
    exit(Keeper, kill),
    receive {'DOWN', M, _, _, killed} -> ok end.

traced() ->
    P = spawn_link(?MODULE, echo, []),
    1 = erlang:trace(P, true, [send, 'receive', timestamp]),
    [begin P ! {self(), I}, receive {P, I} -> ok end end || I <- lists:seq(1, 50)],
    1 = erlang:trace(P, false, [all]),
    Ref = erlang:trace_delivered(P),
    receive {trace_delivered, P, Ref} -> ok end,
    unlink(P),
    M = monitor(process, P),
    exit(P, kill),
    receive {'DOWN', M, _, _, killed} -> ok end,
    100 = traces(0).

traces(N) ->
    receive T when element(1, T) =:= trace_ts -> traces(N + 1)
    after 0 -> N
    end.

%% Calls with a timeout whose answers come too late are dropped.
aliases() ->
    Late = spawn_link(fun() -> receive {Alias, Ref} -> Alias ! {Ref, late}, receive after infinity -> ok end end end),
    Alias = alias([reply]),
    Late ! {Alias, make_ref()},
    receive {_, late} -> ok after random(2) - 1 -> unalias(Alias) end,
    receive {_, late} -> ok after 0 -> ok end,
    unlink(Late),
    M = monitor(process, Late),
    exit(Late, kill),
    receive {'DOWN', M, _, _, killed} -> ok end,
    receive {_, late} -> ok after 0 -> ok end.

files(Dir) ->
    Name = filename:join(Dir, "soak-" ++ integer_to_list(random(9))),
    Data = crypt(random(256), 1000 + random(50000)),
    ok = file:write_file(Name, Data),
    {ok, Data} = file:read_file(Name),
    {ok, F} = file:open(Name, [read, write, raw, binary]),
    {ok, 0} = file:position(F, 0),
    ok = file:truncate(F),
    ok = file:close(F),
    {ok, <<>>} = file:read_file(Name),
    ok = file:delete(Name).
