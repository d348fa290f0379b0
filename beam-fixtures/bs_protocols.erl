%% Small parsers and builders of wire formats: IPv4-like headers, TLV, varints, base 64 by hand.
-module(bs_protocols).
-export([main/0]).

main() ->
    H = header({10, 0, 0, 1}, {192, 168, 1, 2}, 17, <<"payload">>),
    io:format("~p~n~p~n", [H, parse(H)]),
    io:format("~p~n", [[parse(X) || X <- [<<>>, <<6:4, 0:4>>, binary:part(H, 0, 19), <<H/binary, "extra">>]]]),
    io:format("~p~n", [tlvs(<<1, 2, "ab", 2, 0, 3, 1, 9, 255>>)]),
    io:format("~w~n", [[varint(N) || N <- [0, 127, 128, 300, 16384, 1 bsl 40]]]),
    io:format("~p~n", [[element(1, unvarint(varint(N), 0, 0)) || N <- [0, 127, 128, 300, 16384, 1 bsl 70]]]),
    io:format("~s~n", [b64(<<"Man is distinguished">>)]),
    io:format("~p~n", [b64(<<"Man is distinguished">>) =:= base64:encode(<<"Man is distinguished">>)]).

header({A, B, C, D}, {E, F, G, H}, Proto, Payload) ->
    Len = 20 + byte_size(Payload),
    <<4:4, 5:4, 0:8, Len:16, 1:16, 2:3, 0:13, 64, Proto, 0:16, A, B, C, D, E, F, G, H, Payload/binary>>.

parse(<<4:4, IHL:4, _:8, Len:16, Id:16, Flags:3, Off:13, TTL, Proto, Sum:16, Src:4/binary, Dst:32, Rest/binary>>) when IHL =:= 5, Len =< byte_size(Rest) + 20 ->
    PL = Len - 20, <<P:PL/binary, Extra/binary>> = Rest,
    {Id, Flags, Off, TTL, Proto, Sum, Src, Dst, P, Extra};
parse(<<V:4, _/bits>>) when V =/= 4 -> {version, V};
parse(B) -> {short, byte_size(B)}.

tlvs(<<T, L, V:L/binary, R/binary>>) -> [{T, V} | tlvs(R)];
tlvs(<<>>) -> [];
tlvs(R) -> [{bad, R}].

varint(N) when N < 128 -> <<N>>;
varint(N) -> R = varint(N bsr 7), <<1:1, N:7, R/binary>>.
unvarint(<<1:1, N:7, R/binary>>, S, A) -> unvarint(R, S + 7, A bor (N bsl S));
unvarint(<<0:1, N:7, R/binary>>, S, A) -> {A bor (N bsl S), R}.

b64(B) ->
    Pad = (3 - byte_size(B) rem 3) rem 3,
    All = << <<(c(N))>> || <<N:6>> <= <<B/binary, 0:(Pad * 8)>> >>,
    <<(binary:part(All, 0, byte_size(All) - Pad))/binary, (binary:copy(<<"=">>, Pad))/binary>>.

c(N) when N < 26 -> $A + N;
c(N) when N < 52 -> $a + N - 26;
c(N) when N < 62 -> $0 + N - 52;
c(62) -> $+;
c(63) -> $/.
