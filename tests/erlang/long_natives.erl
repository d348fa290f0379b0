%% Natives that take several slices: what they answer and raise then, and what others may do to the process meanwhile.
-module(long_natives).
-export([main/0]).

main() ->
    L = lists:seq(1, 80000), B = binary:copy(<<"abcdefgh", 0, 255>>, 90000), S = lists:seq(1, 20000), P = [{I, <<I:24>>} || I <- S],
    M = maps:from_list(P), N = maps:from_keys(lists:seq(10000, 30000), x),
    Deep = lists:foldl(fun(I, A) -> [A, I rem 256, <<I>>] end, [], lists:seq(1, 9000)),
    All = [fun() -> lists:reverse(L, tail) end, fun() -> L ++ tail end, fun() -> L -- lists:seq(2, 80000, 3) end,
        fun() -> (S ++ S) -- [1.0, 5, 5, 5] end, fun() -> [lists:keyfind(K, 2, P) || K <- [<<19999:24>>, none]] end,
        fun() -> lists:keysearch(20000, 1, P) end, fun() -> lists:member(none, L) end,
        fun() -> iolist_to_binary(Deep) end, fun() -> iolist_size(Deep) end, fun() -> iolist_to_binary(erlang:iolist_to_iovec(Deep)) end,
        fun() -> erlang:crc32([Deep, B]) end, fun() -> erlang:adler32(7, [B, Deep]) end, fun() -> erlang:md5([B | Deep]) end,
        fun() -> list_to_bitstring([<<5:3>>, Deep, <<1:1>>]) end, fun() -> bitstring_to_list(<<5:3, B/binary>>) end,
        fun() -> binary_to_list(B) end, fun() -> binary_to_list(B, 5, 800000) end,
        fun() -> binary:copy(<<"xyz">>, 3000000) end, fun() -> binary:copy(<<>>, 100000000) end,
        fun() -> binary:longest_common_prefix([B, <<B/binary, 1>>, <<(binary:part(B, 0, 500000))/binary, 2>>]) end,
        fun() -> binary:longest_common_suffix([B, <<1, B/binary>>, <<2, (binary:part(B, 300000, 600000))/binary>>]) end,
        fun() -> binary:matches(B, [<<"gh">>, <<255, "ab">>]) end, fun() -> binary:split(B, <<"cd">>, [global]) end,
        fun() -> binary:split(<<B/binary, "cdcd">>, [<<"ab">>, <<"cd">>], [global, trim]) end,
        fun() -> binary:split(B, <<0, 255>>, [global, trim_all]) end, fun() -> binary:split(B, <<"abcdefgh">>, [global, trim_all]) end,
        fun() -> term_to_binary({L, P, B}) end, fun() -> T = term_to_binary([L, B], [compressed]), {byte_size(T) < 800000, binary_to_term(T)} end,
        fun() -> binary_to_term(term_to_binary({L, P, Deep, 1 bsl 5000})) end,
        fun() -> binary_to_term(<<(term_to_binary([L, P]))/binary, "more">>, [used]) end,
        fun() -> erlang:external_size({L, P, B}) end, fun() -> erlang:phash2({L, P, Deep, maps:from_list([{I, I} || {I, _} <- P])}) end,
        fun() -> erlang:phash2(P, 1000) end, fun() -> lists:sort(maps:to_list(M)) end, fun() -> lists:sort(maps:keys(M)) end,
        fun() -> lists:sort(maps:values(M)) end, fun() -> lists:sort(maps:to_list(maps:merge(M, N))) end,
        fun() -> maps:merge(N, M) =:= maps:merge(maps:merge(M, N), M) end, fun() -> maps:get(17777, M) end,
        fun() -> maps:from_list(P ++ [{1, again}, {1.0, other}]) =:= (M#{1 := again})#{1.0 => other} end,
        fun() -> maps:from_list([{I rem 20, I} || I <- L]) end, fun() -> maps:size(maps:from_keys(L ++ L, 0)) end],
    [io:format("~p ~p~n", [I, show(F)]) || {I, F} <- lists:zip(lists:seq(1, length(All)), All)],
    Bad = [fun() -> L ++ 1 ++ L end, fun() -> lists:member(0, L ++ 1) end, fun() -> L -- (L ++ 1) end, fun() -> (L ++ 1) -- L end,
        fun() -> lists:keyfind(0, 1, P ++ 1) end, fun() -> iolist_to_binary([Deep, 256]) end, fun() -> iolist_size([Deep | 1]) end,
        fun() -> binary_to_term(cut(term_to_binary(L))) end,
        fun() -> binary_to_term(cut(term_to_binary(L, [compressed]))) end, fun() -> list_to_bitstring([Deep | a]) end],
    [io:format("~p ~p~n", [I, raised(F)]) || {I, F} <- lists:zip(lists:seq(1, length(Bad)), Bad)],
    meanwhile(L, B).

show(F) -> case F() of T when is_integer(T); is_atom(T) -> T; T -> erlang:phash2(T) end.
cut(B) -> binary:part(B, 0, byte_size(B) - 5).

raised(F) ->
    try F() of
        _ -> no
    catch
        C:R:Trace ->
            [{M, N, A, I} | _] = Trace,
            {C, R, M, N, is_list(A) andalso length(A), proplists:is_defined(error_info, I)}
    end.

%% Others look at it, have it collect, send to it and kill it.
meanwhile(L, B) ->
    S = self(),
    Work = [fun() -> phash(term_to_binary([B || _ <- lists:seq(1, 20)])) end, fun() -> phash(binary_to_term(term_to_binary({L, L, L}))) end,
        fun() -> phash(lists:sort(maps:to_list(maps:from_list([{X, X} || X <- L])))) end, fun() -> phash(lists:reverse(L ++ L)) end],
    lists:foreach(fun(W) ->
        {P, R} = spawn_monitor(fun() -> S ! {self(), W()} end),
        Others = [spawn_link(fun() -> bother(P) end) || _ <- [1, 2]],
        receive {P, X} -> io:format("~p~n", [X]); {'DOWN', R, _, _, Why} -> io:format("~p~n", [Why]) end,
        erlang:demonitor(R, [flush]),
        [begin unlink(O), exit(O, kill) end || O <- Others]
    end, Work),
    Dead = [begin {P, R} = spawn_monitor(W), timer:sleep(N), exit(P, kill), receive {'DOWN', R, _, _, Why} -> Why end end || W <- Work, N <- [0, 2, 5]],
    io:format("~p~n", [[W || W <- Dead, W =/= killed, W =/= normal]]).

phash(T) -> erlang:phash2(T).

bother(P) ->
    erlang:garbage_collect(P),
    _ = process_info(P, [current_stacktrace, messages, memory, dictionary]),
    P ! hello,
    catch begin erlang:suspend_process(P, [unless_suspending]), erlang:yield(), erlang:resume_process(P) end,
    _ = erlang:check_process_code(P, lists),
    timer:sleep(1),
    case is_process_alive(P) of true -> bother(P); false -> receive never -> ok end end.
