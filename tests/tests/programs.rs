//! `joist erlc` and `joist escript` beside the stock programs of the same installation.

use joist_tests::{Installation, binary, installations};
use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};

/// What a program did: exit status, standard output, standard error.
type Done = (Option<i32>, String, String);

fn run(mut command: Command, dir: &Path, input: &str) -> Done {
    let child = command.current_dir(dir).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = child.expect("it starts");
    // A program that doesn't read may be gone already.
    let _ = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
    let out = child.wait_with_output().expect("it ends");
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    (out.status.code(), text(out.stdout), text(out.stderr))
}

fn joist(otp: &Installation, program: &str, args: &[&str]) -> Command {
    let mut command = Command::new(binary());
    command.arg(program).arg("--otp").arg(&otp.root).args(args);
    command
}

fn stock(otp: &Installation, program: &str, args: &[&str]) -> Command {
    let mut command = otp.program(program);
    command.args(args);
    command
}

/// Runs both, each in a directory of its own that `prepare` fills; answers what they did and the directories.
fn both(
    otp: &Installation,
    program: &str,
    args: &[&str],
    input: &str,
    prepare: impl Fn(&Path),
) -> [(Done, tempfile::TempDir); 2] {
    [joist(otp, program, args), stock(otp, program, args)].map(|command| {
        let dir = tempfile::tempdir().expect("a directory");
        prepare(dir.path());
        let (status, out, err) = run(command, dir.path(), input);
        let here = dir.path().display().to_string();
        ((status, out.replace(&here, "."), err.replace(&here, ".")), dir)
    })
}

const MODULE: &str = "-module(sample).\n-export([f/1, g/0]).\n-include(\"sample.hrl\").\n\
    f(#r{a = A}) when A > ?LIMIT -> maps:map(fun(_, V) -> V + A end, #{x => 1.5, \"ä\" => 1 bsl 70});\n\
    f(_) -> <<1:3, \"bits\", 0:5>>.\n\
    unused() -> ok.\n\
    -ifdef(EXTRA).\ng() -> ?EXTRA.\n-else.\ng() -> none.\n-endif.\n";
const PLAIN: &str = "-module(plain).\n-export([f/2]).\nf(X, Y) when X > Y -> [X | f(X - 1, Y)];\nf(_, _) -> [].\n";
const GRAMMAR: &str = "Nonterminals list.\nTerminals atom.\nRootsymbol list.\nlist -> atom : ['$1'].\nlist -> atom list : ['$1' | '$2'].\n";

fn sources(dir: &Path) {
    fs::create_dir_all(dir.join("inc")).expect("made");
    fs::create_dir_all(dir.join("out")).expect("made");
    fs::write(dir.join("inc/sample.hrl"), "-record(r, {a = 1}).\n-define(LIMIT, 7).\n").expect("written");
    fs::write(dir.join("sample.erl"), MODULE).expect("written");
    // Listings have the full path of a header in them, and so have none.
    fs::write(dir.join("plain.erl"), PLAIN).expect("written");
    fs::write(dir.join("broken.erl"), "-module(broken).\nf( -> ok.\n").expect("written");
    fs::write(dir.join("grammar.yrl"), GRAMMAR).expect("written");
}

/// A beam for comparison: byte for byte, but literals unpacked where the compiler packs them (OTP 25 to 27), since
/// every zlib packs in its own way, and then without the chunks that hold a digest of the packed ones.
fn beam(bytes: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut chunks = Vec::new();
    let mut rest = &bytes[12..];
    while let [a, b, c, d, e, f, g, h, body @ ..] = rest {
        let size = u32::from_be_bytes([*e, *f, *g, *h]) as usize;
        chunks.push((vec![*a, *b, *c, *d], body[..size].to_vec()));
        rest = &body[size.next_multiple_of(4).min(body.len())..];
    }
    let unpack = |packed: &[u8]| {
        let mut plain = Vec::new();
        flate2::read::ZlibDecoder::new(packed).read_to_end(&mut plain).expect("zlib");
        plain
    };
    // A compressed external term: 131, 80, the size, the packed rest.
    if let Some((_, info)) = chunks.iter_mut().find(|(name, body)| name == b"Dbgi" && body.starts_with(&[131, 80])) {
        *info = unpack(&info[6..]);
    }
    let packed = chunks.iter_mut().find(|(name, body)| name == b"LitT" && body[..4] != [0; 4]);
    if let Some((_, literals)) = packed {
        *literals = unpack(&literals[4..]);
        chunks.retain(|(name, _)| name != b"FunT" && name != b"Attr");
    }
    chunks
}

/// Without literals, each byte is the compiler's own.
#[test]
fn erlc_byte_for_byte() {
    for otp in installations() {
        let args = ["+deterministic", "plain.erl"];
        let [(ours, here), (stocks, there)] =
            both(&otp, "erlc", &args, "", |dir| fs::write(dir.join("plain.erl"), PLAIN).expect("written"));
        assert_eq!(ours, stocks);
        assert_eq!(ours.0, Some(0));
        assert_eq!(fs::read(here.path().join("plain.beam")).ok(), fs::read(there.path().join("plain.beam")).ok());
    }
}

#[test]
fn erlc_compiles_as_stock() {
    let cases: &[(&[&str], &[&str])] = &[
        (&["+deterministic", "-I", "inc", "-o", "out", "sample.erl"], &["out/sample.beam"]),
        (&["+deterministic", "-Iinc", "-DEXTRA=\"x\"", "+debug_info", "sample.erl"], &["sample.beam"]),
        (&["-S", "plain.erl"], &["plain.S"]),
        (&["-I", "inc", "-E", "-W0", "sample.erl"], &[]),
        (&["-P", "-W0", "plain.erl"], &["plain.P"]),
        (&["-I", "inc", "-W0", "+deterministic", "-pa", "out", "-server", "sample.erl"], &["sample.beam"]),
        (&["-I", "inc", "-Werror", "sample.erl"], &[]),
        (&["-I", "inc", "-M", "sample.erl"], &[]),
        (&["sample.erl"], &[]),
        (&["broken.erl", "-I", "inc", "sample.erl"], &[]),
        (&["nosuch.erl"], &[]),
        (&["nosuch.frob"], &[]),
        (&["grammar.yrl"], &["grammar.erl"]),
    ];
    for otp in installations() {
        for (args, files) in cases {
            let [(ours, here), (stocks, there)] = both(&otp, "erlc", args, "", sources);
            assert_eq!(ours, stocks, "{args:?}, {}", otp.root.display());
            for file in *files {
                let read = |dir: &tempfile::TempDir| fs::read(dir.path().join(file)).expect("compiled");
                let same = if file.ends_with(".beam") {
                    beam(&read(&here)) == beam(&read(&there))
                } else {
                    read(&here) == read(&there)
                };
                assert!(same, "{file} of {args:?}, {}", otp.root.display());
            }
        }
    }
}

const SCRIPT: &str = "#!/usr/bin/env escript\n%% -*- erlang -*-\n%%! -hidden +S 1 -env SAMPLE set\n\
    main([\"fail\"]) -> error(failure);\n\
    main(Args) ->\n\
    \x20   io:format(\"~p ~s ~p~n\", [Args, escript:script_name(), erlang:system_info(schedulers)]),\n\
    \x20   io:format(\"~p ~p~n\", [os:getenv(\"SAMPLE\"), init:get_plain_arguments()]),\n\
    \x20   io:format(\"~p~n\", [io:get_line(\"\")]),\n\
    \x20   io:put_chars(standard_error, \"aside\\n\"),\n\
    \x20   halt(7).\n";

/// Makes `FILE`, an escript of compiled modules: with `archive` as the applications' zip file, else as one beam.
fn compiled(otp: &Installation, dir: &Path, file: &str, archive: bool) {
    let source = "-module(tool).\n-export([main/1]).\nmain(A) -> io:format(\"~p ~p~n\", [A, helper:f()]).\n";
    fs::write(dir.join("tool.erl"), source.replace("helper:f()", if archive { "helper:f()" } else { "alone" }))
        .expect("written");
    fs::write(dir.join("helper.erl"), "-module(helper).\n-export([f/0]).\nf() -> helped.\n").expect("written");
    let body = if archive { "{archive, [{\"tool.beam\", B1}, {\"helper.beam\", B2}], []}" } else { "{beam, B1}" };
    let make = format!(
        "{{ok, _, B1}} = compile:file(tool, [binary]), {{ok, _, B2}} = compile:file(helper, [binary]), \
         ok = escript:create(\"{file}\", [shebang, {{emu_args, \"-escript main tool\"}}, {body}]), _ = B2, halt()."
    );
    let made = Command::new(&otp.erl).args(["-noshell", "-eval", &make]).current_dir(dir).output().expect("erl");
    assert!(made.status.success(), "{made:?}");
}

/// Without the numbers in the name that escript makes up for a script's module (`script__escript__1__2`).
fn unnamed(text: &str) -> String {
    let mut parts = text.split("__escript__");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |out, part| out + part.trim_start_matches(|c: char| c.is_ascii_digit() || c == '_'))
}

#[test]
fn escripts_run_as_stock() {
    for otp in installations() {
        let scripts = |dir: &Path| {
            fs::write(dir.join("script"), SCRIPT).expect("written");
            fs::write(dir.join("bad"), "#!/usr/bin/env escript\nmain(_) -> X.\n").expect("written");
            compiled(&otp, dir, "beam", false);
            compiled(&otp, dir, "archive", true);
        };
        let cases: &[(&[&str], &str)] = &[
            (&["script", "a", "b c", "-x", "--", "+y", ""], "line\n"),
            (&["./script"], ""),
            (&["-c", "script", "compiled"], "line"),
            (&["-i", "script", "interpreted"], "line"),
            (&["-s", "script"], ""),
            (&["script", "fail"], ""),
            (&["bad"], ""),
            (&["-s", "bad"], ""),
            (&["beam", "1"], ""),
            (&["archive", "1", "2"], ""),
        ];
        for (args, input) in cases {
            let [ours, stocks] =
                both(&otp, "escript", args, input, scripts).map(|(done, _)| (done.0, done.1, unnamed(&done.2)));
            assert_eq!(ours, stocks, "{args:?}, {}", otp.root.display());
        }
    }
}

/// A large archive that others made.
#[test]
fn rebar3() {
    let path = std::env::var_os("PATH").expect("a path");
    let rebar3 = std::env::split_paths(&path).map(|d| d.join("rebar3")).find(|f| f.is_file()).expect("rebar3");
    let rebar3 = rebar3.to_str().expect("text");
    let otp = &installations()[0];
    for args in [&[rebar3, "version"][..], &[rebar3, "help", "compile"], &[rebar3, "frobnicate"]] {
        let [(ours, _), (stocks, _)] = both(otp, "escript", args, "", |_| {});
        assert_eq!(ours, stocks, "{args:?}");
    }
}

#[test]
fn no_script() {
    for args in [&["escript"][..], &["escript", "-s"]] {
        assert!(joist_tests::joist(args).one_line().contains("there is no script"));
    }
    assert!(joist_tests::joist(&["escript", "/nonexistent"]).one_line().contains("script /nonexistent can't be read"));
    assert!(joist_tests::joist(&["erlc", "-pa"]).one_line().contains("-pa has no directory"));
}
