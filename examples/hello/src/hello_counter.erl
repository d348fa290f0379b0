%% A server that gives ranges of numbers to processes of its own, and adds up what they find.
-module(hello_counter).
-behaviour(gen_server).
-include_lib("kernel/include/logger.hrl").
-export([start_link/0, init/1, handle_continue/2, handle_call/3, handle_cast/2, handle_info/2]).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

init([]) ->
    Get = fun(Key) -> {ok, Value} = application:get_env(hello, Key), Value end,
    {ok, #{greeting => Get(greeting), limit => Get(limit), workers => Get(workers), found => 0, left => 0}, {continue, go}}.

handle_continue(go, #{greeting := Greeting, limit := Limit, workers := Workers} = State) ->
    io:format("~ts from OTP ~s, ~p processes, in ~s~n",
              [Greeting, erlang:system_info(otp_release), length(processes()), filename:basename(code:lib_dir(hello))]),
    ?LOG_NOTICE("counting primes below ~p with ~p workers", [Limit, Workers]),
    Server = self(),
    Count = fun(N) -> gen_server:cast(Server, {found, primes(N, Limit, Workers)}) end,
    [spawn_link(fun() -> Count(N) end) || N <- lists:seq(1, Workers)],
    {noreply, State#{left := Workers}}.

handle_call(_, _, State) -> {reply, {error, unknown}, State}.

handle_cast({found, N}, #{found := Found, left := 1, limit := Limit} = State) ->
    io:format("there are ~p primes below ~p~n", [Found + N, Limit]),
    init:stop(),
    {noreply, State#{found := Found + N, left := 0}};
handle_cast({found, N}, #{found := Found, left := Left} = State) ->
    {noreply, State#{found := Found + N, left := Left - 1}}.

handle_info(_, State) -> {noreply, State}.

primes(From, Limit, Step) -> length([N || N <- lists:seq(From + 1, Limit - 1, Step), prime(N, 2)]).

prime(N, D) when D * D > N -> true;
prime(N, D) when N rem D =:= 0 -> false;
prime(N, D) -> prime(N, D + 1).
