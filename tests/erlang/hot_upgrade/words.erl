%% Pure code: loaded anew without a word to anybody.
-module(words).
-export([hello/0]).

hello() -> "hello from " ++ integer_to_list(?VSN).
