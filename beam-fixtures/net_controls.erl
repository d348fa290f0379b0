%% What the ports of tcp_inet and udp_inet answer to each request, in each state, with data that makes sense and data that does not.
-module(net_controls).
-export([main/0]).

-define(MAGIC, 16#03f1a300).  % what is added to each request's number since OTP 24

main() ->
    process_flag(trap_exit, true),
    lists:foreach(fun(Kind) ->
        io:format("~n~p~n", [Kind]),
        [io:format("~p ~w: ~0p~n", [Request, Data, ask(Kind, Request, Data)]) || {Request, All} <- requests(), Data <- All]
    end, [fresh_tcp, open_tcp, listen, connected, fresh_udp, udp, udp_connected, local]).

ask(Kind, Request, Data) ->
    {Port, Beside} = open(Kind),
    Answer = try answer(Request, port_control(Port, ?MAGIC + Request, Data)) catch Class:Reason -> {Class, Reason} end,
    %% What is answered by a message waits for it.
    Messages = [message(M) || M <- flush(case Answer of {ok, 2} -> 20; _ -> 1 end)],
    [catch port_close(P) || P <- [Port | Beside]],
    flush(0),
    {Answer, Messages}.

flush(Time) -> receive M -> [M | flush(Time)] after Time -> [] end.

message({inet_async, _, _, {ok, P}}) when is_port(P) -> {async, port};
message({inet_async, _, _, R}) -> {async, R};
message({'EXIT', _, R}) -> {exit, R};
message(M) when is_tuple(M) -> element(1, M).

%% Of names, numbers of ports and descriptors, and requests' own numbers, only how long they are.
answer(_, [0 | Reason]) -> {error, Reason};
answer(R, [1 | _]) when R =:= 4; R =:= 5; R =:= 12; R =:= 14; R =:= 21; R =:= 25; R =:= 29; R =:= 30 -> ok;
answer(R, [1 | All]) when R =:= 3; R =:= 6; R =:= 11; R =:= 22; R =:= 26; R =:= 42; R =:= 60 -> {ok, length(All)};
answer(_, All) -> All.

open(fresh_tcp) -> {open_port({spawn_driver, "tcp_inet"}, []), []};
open(fresh_udp) -> {open_port({spawn_driver, "udp_inet"}, []), []};
open(open_tcp) -> {ok, S} = prim_inet:open(tcp, inet, stream), {S, []};
open(listen) -> {ok, L} = gen_tcp:listen(0, [{ip, {127, 0, 0, 1}}, {active, false}]), {L, []};
open(connected) ->
    {L, []} = open(listen),
    {ok, P} = inet:port(L),
    {ok, C} = gen_tcp:connect({127, 0, 0, 1}, P, [{active, false}]),
    {ok, S} = gen_tcp:accept(L),
    {C, [S, L]};
open(udp) -> {ok, S} = gen_udp:open(0, [{ip, {127, 0, 0, 1}}, {active, false}]), {S, []};
open(udp_connected) -> {S, []} = open(udp), ok = gen_udp:connect(S, {127, 0, 0, 1}, 9), {S, []};
open(local) -> {ok, S} = gen_udp:open(0, [local, {active, false}]), {S, []}.

requests() ->
    None = [[], [1]],
    V6 = [2, 0, 9 | lists:duplicate(24, 0)],
    [{1, [[], [1], [1, 1], [1, 2], [2, 1], [5, 1], [9, 1], [1, 9]]},
     {3, [[], [0, 0, 0, 9], [0, 0, 0, 9, 1, 0, 9, 127, 0, 0, 1], [0, 0, 0, 9, 1, 0, 9, 127, 0, 0],
          [0, 0, 0, 9, 9, 0, 9, 127, 0, 0, 1], [0, 0, 0, 9 | V6]]},
     {4, None}, {5, None},
     {6, [[], [1, 0, 0, 127, 0, 0, 1], [1, 0, 0, 127, 0], [3, 0, 0], [4, 0, 0], [9, 0, 0, 1], [1, 0, 0, 1, 2, 3, 4], V6]},
     {7, [[], [0], [0, 0, 0, 0, 1], [200, 0, 0, 0, 1], [0, 0, 0, 0, 1, 200]]},
     {8, [[], [0], [200], [0, 200], [34, 0], [34 | lists:duplicate(13, 0)]]},
     {11, [[], [1], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [99]]}, {12, None}, {14, None}, {15, None}, {16, None},
     {17, [[], [4 | "http"], "\4http\3tcp", "\4http\3udp", "\4nono\3tcp", "\11http", "\4http\11tcp"]},
     {18, [[], [0, 80], [0, 80, 3 | "tcp"], [0, 80, 9 | "tcp"], [255, 255, 3 | "tcp"]]},
     {19, [[], [1, 0, 7, 1, 2, 3, 4], [1, 0], [9]]}, {20, [[], [1, 0, 7, 1, 2, 3, 4], [1, 0], [9]]},
     {21, None}, {22, [[], "\2lo", "\2lo\1\2\3\4\5\6\7", "\2lo\11", "\11lo", "\7no_such\1\4\6"]},
     {23, [[], "\7no_such", [7 | "no_such"] ++ [4, 0, 0, 5, 0], "\7no_such\4\0", "\7no_such\11"]},
     {24, [[], [1], [1, 1], [2], [1, 2]]}, {25, None},
     {26, [[], [0, 0, 90, 50], [0, 0, 90, 50, 1]]}, {27, [[], [0, 5], [0, 5, 1]]}, {28, [[], [0], [1], [2], [1, 1]]},
     {29, [[], [0, 0, 0, 0], [1]]}, {30, [[], [0, 0, 0, 0], [1]]},
     {42, [[], [0, 0, 90, 30, 0, 0, 0, 0], [0, 0, 90, 30, 0, 0, 0, 5], [0, 0, 90, 30], [0, 0, 0, 0, 0, 0, 0, 0]]},
     {43, [[], "abc"]}, {44, [[], [0], [1], [2], [3], [1, 1]]},
     {60, [[], [0, 0, 90, 30, 0, 0, 0, 0], [0, 0, 90, 30], [0, 0, 90, 30, 0, 0, 0, 0, 1]]},
     {2, [[]]}, {9, [[]]}, {10, [[]]}, {31, [[]]}, {32, [[]]}, {99, None}].
