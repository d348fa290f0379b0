-module(counter_app).
-behaviour(application).
-export([start/2, stop/1, config_change/3]).

start(_, _) -> counter_sup:start_link().

stop(_) -> ok.

config_change(Changed, New, Removed) ->
    io:format("config_change ~p~n", [{lists:sort(Changed), lists:sort(New), lists:sort(Removed)}]).
