-module(bits_build).
-export([main/0]).
main() -> [io:format("~p~n", [<<X:S, 5:3, X:S/little, (-X):S>>]) || X <- [0,1,255,16#123456789], S <- [1,7,8,9,16,31,32,33,64,65]],
    io:format("~p~n", [[<<B/bits, 1:1>> || B <- [<<>>,<<1:3>>,<<255>>,<<1,2,3:5>>]]]),
    io:format("~p~n", [<<"\x{e5}\x{4e2d}"/utf8, "\x{e5}\x{4e2d}\x{10000}"/utf16, "a"/utf32-little>>]),
    io:format("~p~n", [<< <<(X*2):12>> || X <- lists:seq(1,20) >>]),
    io:format("~p~n", [[X || <<X:5>> <= <<1,2,3,4,5>>]]),
    io:format("~p~n", [catch <<(id(a)):8>>]), ok.
id(X) -> X.
