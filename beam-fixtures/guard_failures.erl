%% Guards that fail: what was built for an exception that nobody sees must not be written over while a collection still
%% looks at it.
-module(guard_failures).
-export([main/0]).

main() ->
    [begin
         io:format("~p~n", [[size_of(A), joined(A), updated(#{a => 1}, A), updated(A, b), sized(A)]]),
         Filling = filling(A),
         true = erlang:garbage_collect(),
         io:format("~p~n", [Filling])
     end || A <- [3, not_a_binary, <<"gurka">>, -1, 1 bsl 80, 2.5, #{a => 2}]].

%% Large headers lie where the exceptions' terms would be.
filling(A) ->
    {lists:seq(1, 20), list_to_tuple(lists:seq(1, 60)), <<0:800, (erlang:phash2(A)):32>>, 1 bsl 900 + erlang:phash2(A)}.

size_of(A) when <<7:A>> =:= <<7:3>> -> three;
size_of(_) -> other.

joined(A) when <<A/binary, 42>> =:= <<"gurka", 42>> -> gurka;
joined(_) -> other.

updated(M, K) when M#{K := 2} =:= #{a => 2} -> two;
updated(_, _) -> other.

sized(M) when map_size(M) =:= 1 -> one;
sized(M) when byte_size(M) =:= 5 -> five;
sized(M) when binary_part(M, 1, 9) =:= <<>> -> none;
sized(M) when map_get(b, M) =:= 1 -> one;
sized(_) -> other.
