%% Sizes of terms as erts_debug counts them; flat and shared; external sizes.
-module(term_sizes).
-export([main/0]).

main() ->
    L = lists:seq(1, 10), T = {L, L},
    io:format("~p~n", [[erts_debug:flat_size(X) || X <- [1, a, [], [1], {1}, 1.5, 1 bsl 70, -(1 bsl 130), <<>>, "abc", T, make_ref()]]]),
    io:format("~p~n", [[erts_debug:size(T), erts_debug:flat_size(T)]]),
    io:format("~p~n", [[erlang:external_size(X) || X <- [1, 1000, 1 bsl 40, 1 bsl 70, 1.5, a, "abc", [a], {1, 2}, <<"abc">>, <<1:3>>, #{a => 1}]]]),
    io:format("~p~n", [erts_debug:same(T, T)]).
