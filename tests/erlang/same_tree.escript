#!/usr/bin/env escript
%% Prints what differs between two directories: files that one of them lacks, and files of other content. Compressed files
%% and what is compressed within a beam are compared unpacked; what says when it was made is left out.

main([A, B]) ->
    {Fa, Fb} = {files(A), files(B)},
    [io:format("only in the first: ~ts~n", [F]) || F <- Fa -- Fb],
    [io:format("only in the second: ~ts~n", [F]) || F <- Fb -- Fa],
    [io:format("different: ~ts~n", [F]) || F <- Fa, lists:member(F, Fb), content(A, F) =/= content(B, F)].

files(Dir) ->
    Found = filelib:wildcard("**", Dir) ++ filelib:wildcard(".**/**", Dir),
    [F || F <- Found, filelib:is_regular(filename:join(Dir, F)), not varies(F)].

%% An archive holds times; the compiler's graph holds those of the sources; a cookie is random.
varies(F) ->
    lists:any(fun(End) -> lists:suffix(End, F) end, [".tar.gz", ".dag", "COOKIE"]).

content(Dir, F) ->
    {ok, Bytes} = file:read_file(filename:join(Dir, F)),
    case {filename:extension(F), Bytes} of
        {".beam", <<31, 139, _/binary>>} -> beam(zlib:gunzip(Bytes));
        {".beam", _} -> beam(Bytes);
        _ -> Bytes
    end.

beam(Bytes) ->
    {ok, Module, Chunks} = beam_lib:all_chunks(Bytes),
    {Module, [{Name, chunk(Name, Chunk)} || {Name, Chunk} <- Chunks]}.

%% A module's digest is of its literals as they are compressed, and so is its version, and what its funs are named by.
chunk(Name, Chunk) when Name =:= "Dbgi"; Name =:= "Docs" -> binary_to_term(Chunk);
chunk("LitT", <<Size:32, Packed/binary>>) when Size > 0 -> zlib:uncompress(Packed);
chunk("Attr", Chunk) -> lists:keydelete(vsn, 1, binary_to_term(Chunk));
chunk("FunT", <<N:32, Entries/binary>>) -> {N, [Entry || <<Entry:20/binary, _Unique:32>> <= Entries]};
chunk(_, Chunk) -> Chunk.
