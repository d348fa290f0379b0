%% Closures that hold big environments, are sent, stored, hashed, and outlive their makers.
-module(fun_environments).
-export([main/0]).

main() ->
    Big = lists:seq(1, 5000), Bin = binary:copy(<<"x">>, 10000),
    Fs = [fun(I) -> lists:nth(I, Big) + byte_size(Bin) + K end || K <- lists:seq(1, 50)],
    erlang:garbage_collect(),
    io:format("~p~n", [lists:sum([F(10) || F <- Fs])]),
    T = ets:new(t, []), ets:insert(T, {f, hd(Fs)}),
    [{f, G}] = ets:lookup(T, f),
    io:format("~p~n", [{G(1), G =:= hd(Fs), G == lists:last(Fs)}]),
    H = binary_to_term(term_to_binary(G)),
    io:format("~p~n", [{H(2), H =:= G}]),
    S = self(), spawn(fun() -> X = {local, S}, S ! fun() -> X end end),
    io:format("~p~n", [receive F when is_function(F, 0) -> F() =:= {local, S} end]),
    put(f, fun(X) -> {X, Big} end),
    [lists:seq(1, 1000) || _ <- lists:seq(1, 100)],
    io:format("~p~n", [erlang:phash2((get(f))(1))]),
    Counter = counter(0),
    {A, C1} = Counter(), {B, C2} = C1(), {C, _} = C2(),
    io:format("~p~n", [[A, B, C]]).

counter(N) -> fun() -> {N, counter(N + 1)} end.
