//! Crash dumps of `joist erl`: stock's words and exit status, and a file that OTP's own crashdump_viewer reads.

use joist_tests::{Installation, binary, installations};
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// Runs it in that directory, with these variables.
fn run(mut command: Command, eval: &str, dir: &Path, env: &[(&str, &str)]) -> Output {
    command.args(["-noshell", "-eval", eval]).current_dir(dir);
    command.env_remove("ERL_CRASH_DUMP").envs(env.iter().copied());
    joist_tests::output(&mut command)
}

fn joist(otp: &Installation) -> Command {
    let mut command = Command::new(binary());
    command.arg("erl").arg("--otp").arg(&otp.root);
    command
}

/// A node with something of each kind in it.
const NODE: &str = "register(sample, self()), put(key, {1.5, <<\"small\">>, binary:copy(<<7>>, 300), 1 bsl 80, make_ref()}), \
    put(map, maps:from_list([{I, {I, \"x\"}} || I <- lists:seq(1, 50)])), put(funs, {fun lists:map/2, fun(X) -> X end}), \
    self() ! {message, [a | b], 'quoted atom'}, ets:new(some_table, [named_table, ordered_set, public]), \
    ets:insert(some_table, {1}), erlang:send_after(100000, self(), tick), \
    spawn(fun() -> register(other, self()), receive never -> ok end end), timer:sleep(50), \
    erlang:halt(\"on purpose\").";

/// What OTP's viewer finds in the dump, as terms that don't depend on the run.
const VIEW: &str = r#"
    {ok, _} = crashdump_viewer:start_link(), crashdump_viewer:read_file("erl_crash.dump"),
    {ok, General, _} = crashdump_viewer:general_info(), Slogan = element(3, General),
    {ok, Procs, _} = crashdump_viewer:processes(),
    [Sample] = [P || P <- Procs, element(3, P) =:= "sample"],
    [Other] = [P || P <- Procs, element(3, P) =:= "other"],
    {ok, Details, _} = crashdump_viewer:proc_details(pid_to_list(element(2, Sample))),
    Fields = [F || F <- tuple_to_list(Details), is_list(F)],
    Has = fun(What) -> lists:any(fun(F) -> string:find(io_lib:format("~p", [F]), What) =/= nomatch end, Fields) end,
    {ok, Tables, _} = crashdump_viewer:ets_tables(all),
    {ok, Timers, _} = crashdump_viewer:timers(all),
    {ok, Modules, _} = crashdump_viewer:loaded_modules(),
    {ok, Atoms, _} = crashdump_viewer:atoms(),
    {ok, Ports, _} = crashdump_viewer:ports(),
    Named = [T || T <- Tables, string:find(io_lib:format("~p", [T]), "some_table") =/= nomatch],
    io:format("~p~n", [[Slogan, length(Named), length(Timers) >= 1, length(Modules) > 50, length(Atoms) > 5000,
      is_list(Ports), is_list(element(4, Other)),
      [Has(W) || W <- ["message", "'quoted atom'", "1208925819614629174706176", "1.5", "lists"]]]]),
    halt().
"#;

#[test]
fn the_viewer_reads_it() {
    let view = |node: Command| {
        let dir = tempfile::tempdir().expect("a directory");
        let out = run(node, NODE, dir.path(), &[]);
        // This machine's viewer: other installations may have none.
        let seen = run(Command::new("erl"), VIEW, dir.path(), &[]);
        let err = String::from_utf8_lossy(&out.stderr).into_owned();
        let (seen, complaints) = (String::from_utf8_lossy(&seen.stdout).into_owned(), seen.stderr);
        assert!(complaints.is_empty(), "{}{seen}", String::from_utf8_lossy(&complaints));
        (out.status.code(), err, seen)
    };
    let stock = view(Command::new("erl"));
    assert!(stock.2.contains("on purpose") && !stock.2.contains("false"), "{}", stock.2);
    for otp in installations() {
        assert_eq!(view(joist(&otp)), stock, "{}", otp.root.display());
    }
}

/// Atoms are quoted where stock quotes them, which is not everywhere: `receive` stands as it is.
#[test]
fn names_are_quoted_as_in_stock() {
    const NAMES: &str = r#"
        Names = ['if', 'a b', 'A', '1', '', a@b, 'it\'s', [228, 98], [8364], "a\nb", "a\\b", "a\x{7}b\x{90}", 'Module', x_1],
        Wait = fun(Name) -> register(Name, self()), prim_eval:'receive'(fun(_) -> nomatch end, infinity) end,
        [begin
            Atom = if is_atom(Name) -> Name; true -> list_to_atom(Name) end,
            %% Not every atom may be a module's name.
            case compile:forms([{attribute, 1, module, Atom}], []) of
                {ok, Module, Code} -> catch code:load_binary(Module, "", Code);
                _ -> none
            end,
            put(Atom, Atom),
            spawn(fun() -> Wait(Atom) end)
        end || Name <- Names], timer:sleep(200), halt("on purpose").
    "#;
    let names = |node: Command| {
        let dir = tempfile::tempdir().expect("a directory");
        run(node, NAMES, dir.path(), &[]);
        let dump = fs::read(dir.path().join("erl_crash.dump")).expect("a dump");
        let dump = String::from_utf8(dump).expect("text");
        let count = |what: &str| dump.matches(what).count();
        assert!(count("Name: 'a b'\n") == 1 && count("prim_eval:receive/2") >= 10, "{dump}");
        let odd =
            |line: &&str| line.bytes().any(|b| !matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_' | b':' | b'=' | b' '));
        let mut lines: Vec<String> = dump
            .lines()
            .filter(|line| ["Name: ", "=mod:", "=node:"].iter().any(|head| line.starts_with(head)))
            .filter(odd)
            .map(str::to_owned)
            .collect();
        lines.sort();
        lines
    };
    for otp in installations() {
        let stock = names(Command::new(&otp.erl));
        assert!(stock.len() >= 20, "{stock:?}");
        assert_eq!(names(joist(&otp)), stock, "{}", otp.root.display());
    }
}

#[test]
fn where_it_goes_and_how_long_it_is() {
    let otp = &installations()[0];
    let dir = tempfile::tempdir().expect("a directory");
    let dump = |env: &[(&str, &str)]| {
        let _ = fs::remove_file(dir.path().join("erl_crash.dump"));
        let out = run(joist(otp), "erlang:halt(\"on purpose\").", dir.path(), env);
        assert_eq!(out.status.code(), Some(1));
        String::from_utf8_lossy(&out.stderr).into_owned()
    };
    let read = |name: &str| fs::read_to_string(dir.path().join(name)).ok();
    assert_eq!(dump(&[]), "on purpose\r\n\r\nCrash dump is being written to: erl_crash.dump...done\r\n");
    let whole = read("erl_crash.dump").expect("a dump");
    assert!(whole.starts_with("=erl_crash_dump:0.5\n") && whole.ends_with("=end\n"));

    assert_eq!(
        dump(&[("ERL_CRASH_DUMP", "other")]),
        "on purpose\r\n\r\nCrash dump is being written to: other...done\r\n"
    );
    assert!(read("erl_crash.dump").is_none() && read("other").is_some());

    for nothing in ["ERL_CRASH_DUMP_BYTES", "ERL_CRASH_DUMP_SECONDS"] {
        assert_eq!(dump(&[(nothing, "0")]), "on purpose\r\n");
        assert!(read("erl_crash.dump").is_none());
    }
    dump(&[("ERL_CRASH_DUMP_BYTES", "1000")]);
    let cut = read("erl_crash.dump").expect("a dump");
    assert!(cut.len() < 1100 && cut.ends_with("=abort:CRASH DUMP SIZE LIMIT REACHED\n"), "{cut}");
}

/// A node that can't start says why in stock's words, and leaves a dump.
#[test]
fn a_crash_at_boot() {
    for otp in installations() {
        for args in [
            &["-s", "nosuchmodule"][..],
            &["-boot", "nosuchboot"],
            &["-config", "nosuchconfig"],
            &["-run", "erlang", "error"],
        ] {
            let [ours, stock] = [joist(&otp), Command::new(&otp.erl)].map(|mut command| {
                let dir = tempfile::tempdir().expect("a directory");
                command.arg("-noshell").args(args).current_dir(dir.path()).env_remove("ERL_CRASH_DUMP");
                let out = joist_tests::output(&mut command);
                let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                let dump = fs::read_to_string(dir.path().join("erl_crash.dump")).unwrap_or_default();
                let slogan = dump.lines().find(|l| l.starts_with("Slogan: ")).map(str::to_owned);
                // Reports have the time in them.
                let out = (out.status.code(), text(&out.stdout), text(&out.stderr));
                let still =
                    |text: String| text.lines().filter(|l| !l.contains("REPORT====")).collect::<Vec<_>>().join("\n");
                (out.0, still(out.1), still(out.2), slogan)
            });
            assert_eq!(ours, stock, "{args:?}, {}", otp.root.display());
            assert_eq!(ours.0, Some(1));
        }
    }
}
