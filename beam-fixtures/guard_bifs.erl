%% Each function that guards may call, on terms of every kind.
-module(guard_bifs).
-export([main/0]).

main() ->
    Ts = [0, -3, 2.5, 1 bsl 70, a, [], [1, 2], [1 | 2], {}, {1, b}, <<"ab">>, <<1:3>>, #{}, #{a => 1}, fun id/1, self(), make_ref()],
    [io:format("~s ~p~n", [name(T), [catch_all(F, T) || F <- funs()]]) || T <- Ts],
    io:format("~p~n", [[guards(T) || T <- Ts]]).

funs() ->
    [fun abs/1, fun ceil/1, fun floor/1, fun round/1, fun trunc/1, fun float/1, fun hd/1, fun length/1, fun size/1, fun tuple_size/1,
     fun byte_size/1, fun bit_size/1, fun map_size/1, fun(X) -> element(1, X) end, fun(X) -> is_map_key(a, X) end,
     fun(X) -> map_get(a, X) end, fun(X) -> binary_part(X, 0, 1) end, fun(X) -> max(X, 1) end, fun(X) -> min(X, a) end,
     fun(X) -> tl(X) end, fun(X) -> node(X) end].

catch_all(F, T) ->
    try F(T) of
        V when is_reference(V); is_pid(V); is_function(V) -> opaque;
        V -> V
    catch
        error:{R, _} -> R;
        error:R -> R
    end.

guards(T) ->
    [len || length(T) > 1] ++ [hd || hd(T) =:= 1] ++ [el || element(2, T) =:= b] ++ [bs || byte_size(T) > 0] ++
    [ms || map_size(T) =:= 1] ++ [mk || is_map_key(a, T)] ++ [mg || map_get(a, T) =:= 1] ++ [fl || float(T) > 1] ++
    [ab || abs(T) =:= 3] ++ [ts || tuple_size(T) =:= 2] ++ [bz || bit_size(T) =:= 3] ++ [fu || is_function(T, 1)] ++
    [nd || node(T) =:= node()] ++ [bp || binary_part(T, 0, 1) =:= <<"a">>] ++ [rd || round(T) =:= 3].

name(T) when is_pid(T) -> "pid"; name(T) when is_reference(T) -> "ref"; name(T) -> io_lib:format("~p", [T]).
id(X) -> X.
