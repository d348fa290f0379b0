%% The binary module: matching, splitting, replacing, parts, numbers, copies.
-module(binary_module).
-export([main/0]).

main() ->
    B = <<"the quick brown fox jumps over the lazy dog">>,
    io:format("~p~n", [[binary:match(B, <<"the">>), binary:matches(B, <<"the">>), binary:matches(B, [<<"o">>, <<"ow">>, <<"over">>]), binary:match(B, <<"x">>, [{scope, {20, 10}}]), binary:match(B, <<"zz">>)]]),
    io:format("~p~n", [[binary:split(B, <<" ">>), binary:split(B, [<<" ">>, <<"o">>], [global]), binary:split(<<",a,,b,">>, <<",">>, [global, trim]), binary:split(<<",a,,b,">>, <<",">>, [global, trim_all])]]),
    io:format("~p~n", [[binary:replace(B, <<"o">>, <<"0">>, [global]), binary:replace(B, <<"o">>, <<"[]">>, [global, {insert_replaced, 1}])]]),
    io:format("~p~n", [[binary:part(B, 4, 5), binary:part(B, {9, -5}), binary:at(B, 0), binary:first(B), binary:last(B), binary:copy(<<"ab">>, 3), binary:bin_to_list(B, 0, 3), binary:list_to_bin([1, [2]])]]),
    io:format("~p~n", [[binary:decode_unsigned(<<1, 2, 3>>), binary:decode_unsigned(<<1, 2, 3>>, little), binary:encode_unsigned(1 bsl 70), binary:encode_unsigned(258, little), binary:longest_common_prefix([<<"abcd">>, <<"abx">>]), binary:longest_common_suffix([<<"xcd">>, <<"ycd">>])]]),
    P = binary:compile_pattern([<<"quick">>, <<"lazy">>]),
    io:format("~p~n", [[binary:matches(B, P), binary:split(B, P, [global])]]),
    io:format("~p~n", [[binary:encode_hex(<<"Hi~">>), binary:decode_hex(<<"4a4B">>)]]),
    Big = binary:copy(<<"abcab">>, 10000),
    io:format("~p~n", [{length(binary:matches(Big, <<"bcabab">>)), length(binary:split(Big, <<"ca">>, [global])), byte_size(binary:replace(Big, <<"a">>, <<>>, [global]))}]),
    io:format("~p~n", [[iolist_size([1, "ab", [<<"c">>, []]]), iolist_to_binary([1, [2 | <<3>>]]), list_to_bitstring([<<1:3>>, 2, <<3:5>>]), bitstring_to_list(<<1, 2:3>>), split_binary(<<1, 2, 3>>, 1), binary_to_list(<<1, 2, 3, 4>>, 2, 3)]]).
