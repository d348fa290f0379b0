//! The interactive shell: what it draws for what is typed, held against the shell of the stock emulator of the same
//! installation; the menus of Ctrl-C and Ctrl-G; how it leaves the terminal; input from pipes.

use joist_tests::{Installation, Terminal, binary, installations};
use rustix::process::{Pid, Signal, kill_process};
use std::ffi::OsStr;
use std::io::Write;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

/// What is typed, and what is drawn when it is done.
type Step = (&'static str, &'static str);

/// Sessions that end by themselves.
const SESSIONS: &[(&str, &[Step])] = &[
    ("answers", &[("1+1.\r", "\n2> "), ("X = {a, \"b\", 2.5}.\r", "\n3> "), ("element(2, X).\r", "\n4> "), QUIT]),
    (
        "the ends of the line",
        &[("lists:seq(1,3).\x01hd(\x05\x08).\r", "\n2> "), ("23.\x1b[H1\x1b[F\x7f.\r", "\n3> "), QUIT],
    ),
    (
        "words and the kill buffer",
        &[("abc def\x17ghi.\x15\x19\x15\x0b1.\r", "\n2> "), ("2.b().\x02\x02\x02\x02\x0b\r", "\n3> "), QUIT],
    ),
    (
        "history and arrows",
        &[
            ("41.\r", "\n2> "),
            ("\x1b[A", "41."),
            ("\x1b[D\x1b[D5\r", "\n3> "),
            ("\x1b[A", "451."),
            ("\x1b[A", "41."),
            ("\r", "\n4> "),
            QUIT,
        ],
    ),
    ("searching the history", &[("11.\r", "\n2> "), ("22.\r", "\n3> "), ("\x121", "11."), ("\r", "\n4> "), QUIT]),
    (
        "completion",
        &[
            ("lists:key\t", "keysort"),
            ("\x151.\r", "\n2> "),
            ("erlang:proce\t", "process"),
            ("\x152.\r", "\n3> "),
            QUIT,
        ],
    ),
    ("characters of two bytes and of two columns", &[("\"äö漢字\".\x1b[D\x1b[D\x7f\r", "\n2> "), QUIT]),
    ("several lines", &[("lists:map(fun(X) ->\rX+1 end,\r[1,2]).\r", "\n2> "), QUIT]),
    ("mistakes", &[("1 + .\r", "\n1> "), ("foo:bar().\r", "\n2> "), ("1/0.\r", "\n3> "), QUIT]),
    ("a line longer than the window", &[(LONG, "\n2> "), QUIT]),
    ("reading from a program", &[("io:get_line(\"what? \").\r", "\nwhat? "), ("abc\r", "\n2> "), QUIT]),
    (
        "jobs",
        &[
            ("\x07", " --> "),
            ("s\r", " --> "),
            ("j\r", " --> "),
            ("h\r", " --> "),
            ("c\r", "\n1> "),
            ("3+4.\r", "\n2> "),
            QUIT,
        ],
    ),
];

/// The end of most.
const QUIT: Step = ("q().\r", "ok");

/// To its ends and back, over three rows of the window.
const LONG: &str = "length([11111111,22222222,33333333,44444444,55555555,66666666,77777777,88888888,99999999,\
    10101010,20202020,30303030,40404040,50505050,60606060,70707070,80808080,90909090,0]).\x01\x05\r";

/// The session's screen without the first line, which names the emulator; processes have other numbers.
fn played(program: &[&OsStr], steps: &[Step]) -> (Option<i32>, bool, Vec<String>) {
    let home = tempfile::tempdir().expect("a directory");
    let mut terminal = Terminal::start(program, home.path());
    terminal.wait_for("1> ");
    for (keys, until) in steps {
        terminal.type_keys(keys);
        terminal.wait_for(until);
    }
    let (status, cooked, screen) = terminal.end();
    let mut lines: Vec<String> = screen.lines().skip(1).map(str::to_owned).collect();
    // While the node stops, the next prompt may come or not.
    lines.truncate(lines.iter().rposition(|l| l == "ok").map_or(lines.len(), |last| last + 1));
    (status, cooked, lines)
}

#[test]
fn as_stock_draws_it() {
    for otp in installations() {
        for (name, steps) in SESSIONS {
            let stock = played(&[otp.erl.as_os_str()], steps);
            let ours = played(&joist(&otp), steps);
            assert_eq!(ours, stock, "{name}, {}", otp.root.display());
            assert_eq!((ours.0, ours.1), (Some(0), true), "{name}");
        }
    }
}

fn joist(otp: &Installation) -> [&OsStr; 4] {
    [binary().as_os_str(), OsStr::new("erl"), OsStr::new("--otp"), otp.root.as_os_str()]
}

fn shell(otp: &Installation) -> (tempfile::TempDir, Terminal) {
    let home = tempfile::tempdir().expect("a directory");
    let mut terminal = Terminal::start(&joist(otp), home.path());
    terminal.wait_for("1> ");
    (home, terminal)
}

#[test]
fn the_menu_of_ctrl_c() {
    for otp in installations() {
        let (_home, mut terminal) = shell(&otp);
        assert!(!terminal.is_cooked());
        terminal.type_keys("\x03");
        terminal.wait_for("BREAK: (a)bort (A)bort with dump (c)ontinue (p)roc info (i)nfo");
        terminal.wait_for("(d)istribution");
        terminal.type_keys("c\r");
        terminal.wait_until_raw();
        let answers = [
            ("p", "=proc:"),
            ("l", "erl_prim_loader"),
            ("i", "=memory"),
            ("v", "emulator version"),
            ("D", "=ets:"),
            ("d", "=no_distribution"),
        ];
        for (n, (key, shown)) in answers.into_iter().enumerate() {
            terminal.type_keys(&format!("{n}+1000.\r"));
            terminal.wait_for(&format!("\n{}", n + 1000));
            terminal.type_keys("\x03");
            terminal.wait_for("(d)istribution");
            terminal.type_keys(&format!("{key}\r"));
            terminal.wait_for(shown);
            terminal.wait_until_raw();
        }
        terminal.type_keys("2000+1.\r");
        terminal.wait_for("\n2001");
        terminal.type_keys("\x03");
        terminal.wait_for("(d)istribution");
        terminal.type_keys("z\r");
        terminal.wait_for("Invalid option 'z'");
        terminal.type_keys("a\r");
        let (status, cooked, screen) = terminal.end();
        assert_eq!((status, cooked), (Some(0), true), "{screen}");
    }
}

#[test]
fn the_terminal_is_left_as_it_was() {
    for otp in installations() {
        let (home, mut terminal) = shell(&otp);
        terminal.type_keys("erlang:halt(\"on purpose\").\r");
        let (status, cooked, screen) = terminal.end();
        assert_eq!((status, cooked), (Some(1), true), "{screen}");
        assert!(
            screen.replace('\r', "").contains("on purpose\n\nCrash dump is being written to: erl_crash.dump...done"),
            "{screen}"
        );
        assert!(home.path().join("erl_crash.dump").is_file());

        let (_home, terminal) = shell(&otp);
        let pid = Pid::from_raw(i32::try_from(terminal.pid()).expect("a pid")).expect("a pid");
        kill_process(pid, Signal::TERM).expect("sent");
        let (status, cooked, screen) = terminal.end();
        assert_eq!((status, cooked), (Some(0), true), "{screen}");

        let (_home, mut terminal) = shell(&otp);
        terminal.type_keys("halt(3).\r");
        let (status, cooked, screen) = terminal.end();
        assert_eq!((status, cooked), (Some(3), true), "{screen}");
    }
}

/// A terminal that nobody reads holds up who writes to it, and nobody else: there is one scheduler, and it goes on. All
/// that was written comes when it is read again, though the node halts meanwhile.
#[test]
fn a_terminal_that_nobody_reads_stops_no_scheduler() {
    const TICKS: &str = "spawn(fun F() -> file:write_file(\"tick\", integer_to_list(erlang:unique_integer([positive]))), \
                         timer:sleep(10), F() end), ok.\r";
    for otp in installations() {
        let home = tempfile::tempdir().expect("a directory");
        let program = [&joist(&otp)[..], &["+S".as_ref(), "1".as_ref()]].concat();
        let mut terminal = Terminal::start(&program, home.path());
        terminal.wait_for("1> ");
        terminal.type_keys(TICKS);
        terminal.wait_for("\n2> ");
        terminal.hold(true);
        terminal.type_keys("io:put_chars([lists:duplicate(300000, $x), \"the\", \" end\"]), halt(7).\r");
        thread::sleep(Duration::from_secs(1));
        let mut ticks = [0; 10].map(|_| {
            thread::sleep(Duration::from_millis(100));
            std::fs::read_to_string(home.path().join("tick")).expect("a tick")
        });
        ticks.sort();
        let different = ticks.windows(2).filter(|t| t[0] != t[1]).count();
        assert!(different >= 5, "{}: {ticks:?}", otp.root.display());
        terminal.hold(false);
        terminal.wait_for("xthe end");
        let (status, cooked, screen) = terminal.end();
        assert_eq!((status, cooked), (Some(7), true), "{}", otp.root.display());
        assert!(screen.matches('x').count() >= 300_000);
    }
}

#[test]
fn a_window_of_another_size() {
    for otp in installations() {
        let (_home, mut terminal) = shell(&otp);
        terminal.resize(57, 20);
        terminal.type_keys("{io:columns(), io:rows()}.\r");
        terminal.wait_for("{{ok,57},{ok,20}}");
        terminal.type_keys("q().\r");
        let (status, _, screen) = terminal.end();
        assert_eq!(status, Some(0), "{screen}");
    }
}

/// Standard output and exit status of a program with this input.
fn piped(program: &[&OsStr], args: &[&str], input: &str) -> (Option<i32>, String) {
    let home = tempfile::tempdir().expect("a directory");
    let mut child = Command::new(program[0])
        .args(&program[1..])
        .args(args)
        .env("HOME", home.path())
        .current_dir(home.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    // A program that doesn't read may be gone already.
    let _ = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
    let out = child.wait_with_output().expect("it ends");
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    (out.status.code(), text.lines().filter(|l| !l.contains("Erlang/OTP")).map(|l| format!("{l}\n")).collect())
}

#[test]
fn input_from_a_pipe() {
    let lines = "L = io:get_line(\"\"), io:format(\"~p~n\", [L]), io:format(\"~p~n\", [io:get_line(\"p \")]), halt(4).";
    let chars = "io:setopts([binary]), io:format(\"~p ~p~n\", [io:get_chars(\"\", 3), io:read(\"\")]), halt().";
    let cases: [(&[&str], &str); 7] = [
        (&[], "1+1.\nX = [1,\n2].\nhd(X).\n"),
        (&[], "foo:bar().\n5.\n"),
        (&["-noshell", "-eval", lines], "first\nsecond\n"),
        (&["-noshell", "-eval", lines], "first"),
        (&["-noinput", "-eval", "io:format(\"~p~n\", [init:get_argument(noinput)]), halt(2)."], "first\nsecond\n"),
        (&["-noshell", "-eval", chars], "abc{term, \"x\"}.\n"),
        (&["-noshell", "-eval", "io:put_chars([228, 8364, 10]), halt()."], ""),
    ];
    for otp in installations() {
        for (args, input) in cases {
            let (stock, ours) = (piped(&[otp.erl.as_os_str()], args, input), piped(&joist(&otp), args, input));
            assert_eq!(ours, stock, "{args:?} < {input:?}, {}", otp.root.display());
        }
    }
}
