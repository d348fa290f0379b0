%% Version 2 has one more child, and lets its children fail more often.
-module(counter_sup).
-behaviour(supervisor).
-export([start_link/0, init/1]).

start_link() -> supervisor:start_link({local, ?MODULE}, ?MODULE, []).

-if(?VSN =:= 1).
init([]) -> {ok, {#{intensity => 1}, [child(counter), child(light)]}}.
-else.
init([]) -> {ok, {#{intensity => 2}, [child(counter), child(light), child(journal)]}}.
-endif.

child(Name) -> #{id => Name, start => {Name, start_link, []}, modules => [Name]}.
