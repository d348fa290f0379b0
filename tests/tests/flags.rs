//! erl's flags on `joist erl` beside stock `erl`: each does the same, or is refused with stock's own words.

use joist_tests::{Installation, binary, installations};
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

fn run(mut command: Command, args: &[&str], dir: &Path) -> Output {
    joist_tests::output(command.args(args).current_dir(dir).env("HOME", dir))
}

fn joist(otp: &Installation) -> Command {
    let mut command = Command::new(binary());
    command.arg("erl").arg("--otp").arg(&otp.root);
    command
}

/// A directory with what the flags of [`WORKING`] name.
fn files() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a directory");
    fs::write(dir.path().join("x.config"), "[{kernel, [{sample, [1, \"two\"]}]}].").expect("written");
    fs::write(dir.path().join("x.args"), "-env FROM file # comment\n+S 1\n-sample 'a b'\n").expect("written");
    fs::create_dir(dir.path().join("ebin")).expect("made");
    dir
}

/// What is evaluated with each: it shows whatever a flag may change.
const SHOW: &str = "io:format(\"~p~n\", [[init:get_arguments() -- [A || {K, _} = A <- init:get_arguments(), \
    lists:member(K, [root, bindir, progname, home, emu])], init:get_plain_arguments(), \
    application:get_env(kernel, sample), os:getenv(\"FROM\"), code:get_mode(), \
    lists:member(\"ebin\", code:get_path()), \
    [erlang:system_info(I) || I <- [schedulers, process_limit, port_limit, atom_limit, thread_pool_size, \
    min_heap_size, max_heap_size, version, break_ignored]], error_logger:warning_map(), io:printable_range()]]), halt(3).";

const WORKING: &[&[&str]] = &[
    &["-noshell"],
    &["-noinput"],
    &["-s", "erlang", "display", "a", "b"],
    &["-s", "erlang", "system_info", "otp_release", "-noshell"],
    &["-run", "io", "put_chars", "hello"],
    &["-pa", "ebin", "-pz", "other"],
    &["-boot", "start_clean"],
    &["-boot", "no_dot_erlang"],
    &["-boot", "start_sasl", "-sasl", "sasl_error_logger", "false"],
    &["-config", "x"],
    &["-args_file", "x.args"],
    &["-mode", "embedded"],
    &["-mode", "interactive"],
    &["-env", "FROM", "flag"],
    &["+S", "1"],
    &["+S", "1:1"],
    &["+P", "5000"],
    &["+Q", "2000"],
    &["+t", "20000"],
    &["+A", "4"],
    &["+W", "e"],
    &["+pc", "unicode"],
    &["+Bi"],
    &["+hms", "1000"],
    &["+hmax", "5000000", "+hmaxk", "false"],
    &["+K", "true", "+sbt", "u", "+sbwt", "none", "+swt", "low", "+sub", "true", "+MBas", "aobf", "+zdbbl", "64"],
    &["+C", "no_time_warp", "+c", "true", "+fnu", "+T", "3", "+e", "9000", "+L", "+d"],
    &["--", "-not", "a", "flag", "--", "-a", "flag"],
    &["-flag", "1", "2", "-flag", "3", "plain"],
    &["-hidden"],
    &["-x"],
    &["-init_debug"],
    &["-connect_all", "false"],
    &["-emu_args_exit"],
];

#[test]
fn flags_that_work() {
    let dir = files();
    for otp in installations() {
        for flags in WORKING {
            let args = [flags, &["-noshell", "-eval", SHOW][..]].concat();
            let ours = run(joist(&otp), &args, dir.path());
            let stock = run(Command::new(&otp.erl), &args, dir.path());
            // With -init_debug, how long each step took.
            let timed = |line: &&str| !line.contains("done_in_microseconds");
            let text = |out: &Output| {
                let text = String::from_utf8_lossy(&out.stdout).into_owned();
                (out.status.code(), text.lines().filter(timed).map(str::to_owned).collect::<Vec<_>>())
            };
            assert_eq!(text(&ours), text(&stock), "{flags:?}, {}", otp.root.display());
        }
        // These come last on a line.
        for last in [&["-extra", "a", "-b", "+S", "1"][..], &["-noshell", "-eval", SHOW, "-extra", "--", "x"]] {
            let args = [&["-noshell", "-eval", SHOW], last].concat();
            let ours = run(joist(&otp), &args, dir.path());
            let stock = run(Command::new(&otp.erl), &args, dir.path());
            assert_eq!(ours.stdout, stock.stdout, "{last:?}");
        }
    }
}

const REFUSED: &[&[&str]] = &[
    &["+y"],
    &["+l"],
    &["+S", "foo"],
    &["+P", "5"],
    &["+P", "foo"],
    &["+Q", "3"],
    &["+A", "2000"],
    &["+a", "3"],
    &["+h", "foo"],
    &["+hms", "x"],
    &["+t", "5"],
    &["+W", "x"],
    &["+zdbbl", "0"],
    &["+pc", "foo"],
    &["+T", "99"],
    &["+R", "3"],
    &["+Mx"],
    &["+C", "foo"],
    &["+swt", "foo"],
    &["+sws", "foo"],
    &["+sss", "5"],
    &["+spp", "foo"],
    &["+n", "x"],
    &["+Bx"],
    &["+P"],
    &["-smp", "disable"],
    &["-env", "X"],
];

#[test]
fn flags_that_are_refused() {
    let dir = files();
    for otp in installations() {
        for flags in REFUSED {
            let ours = run(joist(&otp), flags, dir.path());
            let stock = run(Command::new(&otp.erl), flags, dir.path());
            assert_eq!((ours.status.code(), stock.status.code()), (Some(1), Some(1)), "{flags:?}");
            let err = String::from_utf8_lossy(&ours.stderr).into_owned();
            assert_eq!(err.lines().count(), 1, "{flags:?}: {err}");
            let stock = String::from_utf8_lossy(&stock.stderr).into_owned();
            let words = stock.lines().next().expect("a line");
            // Stock puts the program's path before some of them.
            let words = words.find("unknown flag").map_or(words, |at| &words[at..]).trim_end_matches('.');
            assert!(err.contains(words), "{flags:?}: {words:?} in {err:?}");
        }
    }
}

#[test]
fn what_joist_lacks_is_refused_by_name() {
    for flags in [["-sname", "x"], ["-name", "x@y"]] {
        let line = joist_tests::joist(&[&["erl"], &flags[..]].concat()).one_line();
        assert!(line.contains("-sname and -name need the distribution, which Joist lacks"), "{line}");
    }
    let line = joist_tests::joist(&["erl", "-args_file", "/nonexistent"]).one_line();
    assert!(line.contains("/nonexistent can't be read"), "{line}");
    let line = joist_tests::joist(&["erl", "--otp", "/nonexistent"]).one_line();
    assert!(line.contains("/nonexistent is no Erlang/OTP installation"), "{line}");
    let line = joist_tests::joist(&["erl", "--engine", "fast"]).one_line();
    assert!(line.contains("no such engine"), "{line}");
}

#[test]
fn the_version() {
    for otp in installations() {
        for flag in ["-version", "+V"] {
            let out = run(joist(&otp), &[flag], Path::new("/"));
            let (ours, stock) = (out.stderr, run(Command::new(&otp.erl), &[flag], Path::new("/")).stderr);
            let number =
                |text: Vec<u8>| String::from_utf8_lossy(&text).trim_end().split(' ').next_back().map(str::to_owned);
            assert_eq!((out.status.code(), number(ours)), (Some(0), number(stock)));
        }
    }
}

#[test]
fn a_detached_node_goes_on() {
    let otp = &installations()[0];
    let dir = tempfile::tempdir().expect("a directory");
    let eval = "timer:sleep(300), file:write_file(\"new\", os:getpid()), file:rename(\"new\", \"pid\"), halt().";
    let out = run(joist(otp), &["-detached", "-eval", eval], dir.path());
    assert_eq!((out.status.code(), out.stdout.len()), (Some(0), 0));
    let start = Instant::now();
    while !dir.path().join("pid").exists() {
        assert!(start.elapsed() < Duration::from_secs(30), "the node is not there");
        std::thread::sleep(Duration::from_millis(20));
    }
}
