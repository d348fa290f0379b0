%% Many and large off-heap binaries, windows into them, and what keeps them alive.
-module(gc_binaries).
-export([main/0]).

main() ->
    Big = binary:copy(<<"0123456789abcdef">>, 65536),
    Parts = [binary:part(Big, I * 1000, 64 + I) || I <- lists:seq(0, 999)],
    io:format("~p ~p~n", [byte_size(Big), erlang:phash2(Parts)]),
    Copies = [binary:copy(P) || P <- Parts],
    io:format("~p~n", [{Copies =:= Parts, binary:referenced_byte_size(hd(Parts)), binary:referenced_byte_size(hd(Copies))}]),
    [churn(I) || I <- lists:seq(1, 200)],
    erlang:garbage_collect(),
    Self = self(),
    Ps = [spawn_link(fun() -> receive B -> Self ! {self(), erlang:crc32(B)} end end) || _ <- lists:seq(1, 50)],
    [P ! Big || P <- Ps],
    io:format("~p~n", [lists:usort([receive {P, C} -> C end || P <- Ps])]),
    io:format("~p~n", [erlang:crc32(Parts)]).

churn(I) -> byte_size(binary:copy(<<I>>, 100000)) + byte_size(iolist_to_binary([<<I:800>> || _ <- lists:seq(1, 100)])).
