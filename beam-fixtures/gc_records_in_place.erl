%% Tuples and records rebuilt in long loops while old versions are kept and collected.
-module(gc_records_in_place).
-export([main/0]).
-record(st, {a, b, c, d = [], e = 0}).

main() ->
    io:format("~p~n", [erlang:phash2(loop(20000, #st{a = 1, b = {x}, c = <<"bin">>}, []))]),
    T = erlang:make_tuple(500, []),
    U = lists:foldl(fun(I, X) -> setelement(I rem 500 + 1, X, [I | element(I rem 500 + 1, X)]) end, T, lists:seq(1, 20000)),
    io:format("~p~n", [{erlang:phash2(U), lists:sum([length(L) || L <- tuple_to_list(U)])}]).

loop(0, S, Kept) -> {S, length(Kept), [K#st.e || K <- Kept]};
loop(N, S, Kept) ->
    S1 = S#st{a = {N}, e = S#st.e + 1, d = [N | lists:sublist(S#st.d, 4)]},
    loop(N - 1, S1#st{b = S1#st.a}, if N rem 1000 =:= 0 -> [S1 | Kept]; true -> Kept end).
