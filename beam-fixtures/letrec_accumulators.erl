%% Loops with many live registers and accumulators, binary and float ones, in one pass.
-module(letrec_accumulators).
-export([main/0]).

main() ->
    io:format("~p~n", [loop(10000, 1, 2, 3, 4, 5, 6, 7, 8, 9, [], <<>>, 0.0)]),
    io:format("~p~n", [many(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z)]),
    io:format("~p~n", [swap(1000, x, y, z)]),
    io:format("~p~n", [erlang:phash2(matrix(20))]).

loop(0, A, B, C, D, E, F, G, H, I, L, Bin, Fl) -> {A, B, C, D, E, F, G, H, I, length(L), byte_size(Bin), Fl};
loop(N, A, B, C, D, E, F, G, H, I, L, Bin, Fl) ->
    loop(N - 1, B, C + 1, D, E, F, G, H, (I + A) band 16#ffffff, N, [A | lists:sublist(L, 3)], if N rem 100 =:= 0 -> <<Bin/binary, A:16>>; true -> Bin end, Fl + A * 0.5).

many(A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q, R, S, T, U, V, W, X, Y, Z) ->
    {Z, Y, X, W, V, U, T, S, R, Q, P, O, N, M, L, K, J, I, H, G, F, E, D, C, B, A}.

swap(0, A, B, C) -> {A, B, C};
swap(N, A, B, C) when N rem 2 =:= 0 -> swap(N - 1, B, A, C);
swap(N, A, B, C) -> swap(N - 1, C, B, A).

matrix(N) ->
    A = [[I * J rem 7 || J <- lists:seq(1, N)] || I <- lists:seq(1, N)],
    [[lists:sum([X * Y || {X, Y} <- lists:zip(R, C)]) || C <- transpose(A)] || R <- A].
transpose([[] | _]) -> [];
transpose(Rows) -> [[hd(R) || R <- Rows] | transpose([tl(R) || R <- Rows])].
