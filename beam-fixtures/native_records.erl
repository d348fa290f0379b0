%% Native records (OTP 29): made, changed, matched, compared, sent, kept, printed, in the external format, and what goes
%% wrong. On older releases there are none.
-module(native_records).
-export([main/0]).

-if(?OTP_RELEASE >= 29).
-export([made/1, same_fields/0]).

-export_record([open]).
-record #point{x=0, y=0}.
-record #open{a=1, b}.
-record #empty{}.
-record #literals{f=1.5, s="text", b= <<"bits">>, t={a, [b, 100000000000000000000]}, m=#{k => v}, n=[]}.

main() ->
    P = #point{x=3},
    show([P, P#point{y=4}, #empty{}, #literals{}, #open{b=2}, made(7)]),
    erlang:display(P),
    erlang:display({#empty{}, [#empty{}]}),
    show([is_record(T) || T <- [P, #empty{}, {point, 1, 2}, #{}, 1]]),
    show([is_record(T, point) || T <- [P, #empty{}, {point, 1}, {}]]),
    show([erlang:is_record(T, ?MODULE, point) || T <- [id(P), #empty{}, {point, 1}]]),
    show([kind(T) || T <- [P, P#point{x=0}, made(5), #open{b=1}, #empty{}, {point, 1, 2}, records:create(other, point, [{x, 1}], #{is_exported => false}), x]]),
    show([P#point.x, (made(9))#open.b, field_of(made(9))]),
    order(P),
    external(P),
    copies(P),
    calls(P),
    failures(P),
    versions(),
    garbage(50, P).

show(T) ->
    io:format("~p~n~w~n", [T, T]).

made(B) -> #native_records:open{b=B}.

same_fields() -> #open{b=1}.

kind(#point{x=0, y=Y}) -> {origin, Y};
kind(#point{x=X}) when X > 2 -> {point, X};
kind(#_{b=B}) -> {any, B};
kind(#open{}) -> open;
kind(R) when is_record(R, ?MODULE, empty) -> empty;
kind(R) when is_record(R) -> other;
kind(_) -> none.

field_of(R) -> R#_.b.

order(P) ->
    Terms = [P, P#point{x=-1}, #point{x=3.0}, #empty{}, made(1), made(a), {}, {a, b, c, d}, #{}, [], [1], 1, a, <<1>>, self(),
             records:create(zz, point, [{x, 3}, {y, 0}], #{is_exported => false}),
             records:create(?MODULE, point, [{x, 3}], #{is_exported => false}),
             records:create(?MODULE, point, [{y, 0}, {x, 3}], #{is_exported => false}),
             records:create(?MODULE, point, [{x, 3}, {y, 0}], #{is_exported => true})],
    show([{A < B, A == B, A =:= B} || A <- Terms, B <- Terms]),
    show([lists:sort([T || T <- Terms, not is_pid(T)])]),
    Same = records:create(?MODULE, point, [{x, 3}, {y, 0}], #{is_exported => false}),
    show([Same =:= P, Same == P, #{P => 1} =:= #{Same => 1}, maps:get(Same, #{P => here}), Same =:= Same#point{y=0}]),
    show([erlang:phash2(T) || T <- [#empty{}, records:create(m, one, [{f, {a, 1}}], #{is_exported => true})]]),
    show([erlang:phash2(P) =:= erlang:phash2(Same), erlang:phash(P, 1 bsl 32) =:= erlang:phash(Same, 1 bsl 32)]).

external(P) ->
    Deep = {P, [made(P), #empty{}], #{P => made(1)}},
    Bytes = term_to_binary(Deep, [deterministic]),
    show([Bytes, byte_size(Bytes) =:= erlang:external_size(Deep, [{minor_version, 2}]), binary_to_term(Bytes) =:= Deep]),
    Packed = term_to_binary(lists:duplicate(100, P), [compressed]),
    show([binary_to_term(Packed) =:= lists:duplicate(100, P)]),
    Record = term_to_binary(#empty{}),
    show([Record | [attempt(fun() -> binary_to_term(B) end) || B <- bad(term_to_binary(P))]]),
    show([attempt(fun() -> binary_to_term(binary:part(Bytes, 0, N)) end) || N <- lists:seq(2, 60, 7)]).

bad(<<131, 67, N:32, Flags, Rest/binary>> = All) ->
    Twice = binary:replace(All, <<119, 1, "y">>, <<119, 1, "x">>),
    [<<131, 67, (N + 1):32, Flags, Rest/binary>>, <<131, 67, 16#ffffffff:32, Flags, Rest/binary>>,
     <<131, 67, N:32, 2, Rest/binary>>, Twice, <<131, 67, N:32, Flags, 97, 1, Rest/binary>>].

copies(P) ->
    Me = self(),
    Pids = [spawn_link(fun() -> receive R -> Me ! {self(), R, R#point{y=made(N)}} end end) || N <- [1, 2]],
    [Pid ! P || Pid <- Pids],
    show([receive {Pid, A, B} -> {A =:= P, B} end || Pid <- Pids]),
    T = ets:new(t, [ordered_set]),
    ets:insert(T, [{P, 1}, {made(1), P}, {#empty{}, []}]),
    show([ets:lookup(T, #point{x=3}), ets:tab2list(T), ets:select(T, [{{'$1', '_'}, [{is_record, '$1', ?MODULE, point}], ['$1']}])]),
    show([ets:match_object(T, {P, '_'}), ets:match(T, {made(1), '$1'})]),
    put(P, made(2)),
    persistent_term:put(P, {P, made(3)}),
    Unknown = records:create(nowhere, r, [{b, 2}, {a, "literal"}], #{is_exported => true}),
    persistent_term:put(?MODULE, Unknown),
    garbage_collect(),
    show([get(#point{x=3}), persistent_term:get(P), persistent_term:get(?MODULE), Unknown#_.a]),
    persistent_term:erase(?MODULE),
    persistent_term:erase(P),
    show([Unknown, apply(fun(#point{x=X}) -> X end, [P]), (fun() -> P end)()]).

calls(P) ->
    U = records:create(m, n, [{z, 1}, {a, 2}, {m, P}], #{is_exported => true}),
    %% (By variable names, stock 29 may look for such a native for ever.)
    show([[attempt(fun() -> records:get_module(R) end), attempt(fun() -> records:get_name(R) end),
           attempt(fun() -> records:get_field_names(R) end), attempt(fun() -> records:is_exported(R) end)] || R <- [P, U, {p}]]),
    show([attempt(fun() -> records:get(K, R) end) || {K, R} <- [{x, P}, {q, P}, {1, P}, {a, U}, {a, {a, 1}}]]),
    show([attempt(fun() -> records:get_definition(M, N) end) || {M, N} <- [{?MODULE, point}, {?MODULE, open}, {?MODULE, empty}, {?MODULE, none}, {none, x}, {1, x}]]),
    show([attempt(fun() -> records:update(R, M, N, Map) end)
          || {R, M, N, Map} <- [{P, ?MODULE, point, #{x => 9}}, {P, ?MODULE, point, #{}}, {P, ?MODULE, point, #{q => 9}}, {P, ?MODULE, empty, #{}},
                                {P, other, point, #{}}, {P, 1, '_', #{y => 1}}, {P, ?MODULE, point, []}, {{p}, m, n, #{}}, {U, m, n, #{m => U}}]]),
    show([attempt(fun() -> records:create(M, N, Fs, O) end)
          || {M, N, Fs, O} <- [{m, n, [], #{is_exported => true}}, {1, n, [], #{is_exported => true}}, {m, 1, [], #{is_exported => true}},
                               {m, n, [{a, 1} | b], #{is_exported => true}}, {m, n, [{a, 1}, {a, 2}], #{is_exported => true}},
                               {m, n, [{"a", 1}], #{is_exported => true}}, {m, n, [a], #{is_exported => true}}, {m, n, [{a, 1, 2}], #{is_exported => true}},
                               {m, n, [], #{}}, {m, n, [], #{is_exported => 1}}, {m, n, [], []}, {m, n, [], #{is_exported => true, "x" => 1}}]]).

failures(P) ->
    show([attempt(fun() -> (id(P))#open.a end), attempt(fun() -> (id({x}))#point.x end),
          attempt(fun() -> (id({x}))#point{x=1} end), attempt(fun() -> (id(made(1)))#point{x=1} end),
          attempt(fun() -> #nowhere:r{a=1} end), attempt(fun() -> #native_records:point{} end),
          attempt(fun() -> (id(P))#_.q end), attempt(fun() -> (id({x}))#_.q end),
          attempt(fun() -> (id(P))#native_records:point.x end), attempt(fun() -> id(P) + 1 end), attempt(fun() -> element(1, id(P)) end),
          attempt(fun() -> tuple_size(id(P)) end), attempt(fun() -> map_size(id(P)) end), attempt(fun() -> #point{x=X} = id(made(1)), X end)]).

%% Another module's records: only exported ones, as the version that is loaded says.
versions() ->
    Use = [fun() -> #versions:r{b=1} end, fun() -> #versions:r{a=2, b=1} end, fun() -> #versions:r{} end, fun() -> #versions:r{c=1, b=1} end,
           fun() -> #versions:own{} end, fun() -> #versions:none{} end, fun() -> (id(versions:own()))#versions:own.x end,
           fun() -> (id(versions:own()))#_.x end, fun() -> #_{x=X} = versions:own(), X end, fun() -> (id(versions:r()))#versions:r.b end,
           fun() -> (id(versions:r()))#versions:r{c=5} end, fun() -> #versions:r{b=B} = versions:r(), B end, fun() -> (versions:r())#_{b=6} end],
    show([attempt(F) || F <- Use]),
    load("-record #r{a=1, b}.", "#r{b=2}"),
    Old = [versions:r(), versions:own()],
    show([Old | [attempt(F) || F <- Use]]),
    load("-record #r{b=[2], c=3, a=1}.", "#r{}"),
    show([Old | [attempt(F) || F <- Use]]),
    show([versions:r() =:= hd(Old), attempt(fun() -> records:get_definition(versions, r) end)]),
    code:purge(versions),
    code:delete(versions),
    code:purge(versions),
    show([Old | [attempt(F) || F <- Use]]).

load(Record, R) ->
    Source = ["-module(versions).", "-export([r/0, own/0]).", "-export_record([r]).", Record, "-record #own{x=1}.",
              "r() -> " ++ R ++ ".", "own() -> #own{}."],
    Forms = [begin {ok, Tokens, _} = erl_scan:string(Text), {ok, Form} = erl_parse:parse_form(Tokens), Form end || Text <- Source],
    {ok, versions, Beam} = compile:forms(Forms, []),
    code:purge(versions),
    {module, versions} = code:load_binary(versions, "versions.erl", Beam),
    ok.

%% Collections while records are made.
garbage(0, P) -> show([P]);
garbage(N, P) ->
    L = [P#point{x={N, I}, y=made([I])} || I <- lists:seq(1, 200)],
    200 = length([Y || #point{x={_, _}, y=#open{b=[Y]}} <- L]),
    garbage(N - 1, P#point{y=(hd(L))#point.x}).

id(X) -> X.

attempt(F) ->
    try
        F()
    catch
        C:R:S ->
            [{M, N, A, I} | _] = S,
            {C, R, M, N, A, [Info || {error_info, Info} <- I]}
    end.

-else.

main() -> io:put_chars("no native records\n").

-endif.
