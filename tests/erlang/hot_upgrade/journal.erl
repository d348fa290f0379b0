%% Only version 2 has it: a process of its own kind, by sys and proc_lib.
-module(journal).
-export([start_link/0, init/1, system_continue/3, system_terminate/4]).

start_link() -> proc_lib:start_link(?MODULE, init, [self()]).

init(Parent) ->
    register(?MODULE, self()),
    proc_lib:init_ack({ok, self()}),
    loop(Parent, []).

loop(Parent, Lines) ->
    receive
        {system, From, Request} -> sys:handle_system_msg(Request, From, Parent, ?MODULE, [], Lines);
        Line -> loop(Parent, [Line | Lines])
    end.

system_continue(Parent, _, Lines) -> loop(Parent, Lines).

system_terminate(Reason, _, _, _) -> exit(Reason).
