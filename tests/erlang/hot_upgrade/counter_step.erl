%% Only version 2 has it.
-module(counter_step).
-export([step/0]).

step() -> 10.
