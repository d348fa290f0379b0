%% SPDX-License-Identifier: Apache-2.0
-module(b_binary_match).
-export([run/0, run/1]).
%% binary:match, matches, split, replace: one pattern and many.
run() -> run(20).
run(N) ->
    Text = iolist_to_binary([[integer_to_binary(X), <<", ">>] || X <- bench_util:lcg_list(40000, 9)]),
    One = binary:compile_pattern(<<"9999">>),
    Many = binary:compile_pattern([<<"123">>, <<"4567">>, <<"89">>, <<"000">>]),
    bench_util:time(binary_match, N, fun() -> loop(N, Text, One, Many, 0) end).
loop(0, _, _, _, H) -> H;
loop(N, Text, One, Many, H) ->
    A = length(binary:matches(Text, One)),
    B = length(binary:matches(Text, Many)),
    C = length(binary:split(Text, <<", ">>, [global])),
    D = byte_size(binary:replace(Text, <<"55">>, <<"five">>, [global])),
    nomatch = binary:match(Text, <<"no such thing">>),
    loop(N - 1, Text, One, Many, bench_util:mix(H, A + B + C + D)).
