//! Readers of a node's output: one that goes away ends the node, as it ends stock's: with status 1, and not never; one that
//! is slow stops only who writes.

use joist_tests::{binary, installations};
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

const FOREVER: &str = "F = fun F(N) -> io:format(\"~p~n\", [N]), F(N + 1) end, F(0).";

/// Reads a line, closes the pipe, and answers the exit status.
fn status(command: &mut Command, dir: &std::path::Path) -> Option<i32> {
    command.args(["-noshell", "-eval", FOREVER]).current_dir(dir);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("started");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("a line");
    assert_eq!(line, "0\n");
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("a child") {
            return status.code();
        }
        if start.elapsed() > Duration::from_secs(30) {
            child.kill().expect("killed");
            let _ = child.wait();
            return None;
        }
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_closed_pipe_ends_the_writer() {
    let temp = tempfile::tempdir().expect("a directory");
    for otp in installations() {
        assert_eq!(status(&mut Command::new(&otp.erl), temp.path()), Some(1), "stock {}", otp.root.display());
        let mut joist = Command::new(binary());
        joist.args(["erl", "--otp"]).arg(&otp.root);
        assert_eq!(status(&mut joist, temp.path()), Some(1), "{}", otp.root.display());
    }
}

/// Commands that only tell something end without a word when nobody wants to hear more.
#[test]
fn who_has_seen_enough_is_told_no_more() {
    for words in [&["--help"][..], &["run", "--help"], &["natives"], &["natives", "--markdown"], &["doctor", "--json"]]
    {
        let mut command = Command::new(binary());
        let mut child =
            command.args(words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("joist starts");
        drop(child.stdout.take());
        let out = child.wait_with_output().expect("it ends");
        assert_eq!(out.status.code(), Some(141), "{words:?}");
        assert_eq!(String::from_utf8_lossy(&out.stderr), "", "{words:?}");
    }
}

const MUCH: &str = "spawn(fun() -> [io:put_chars(lists:duplicate(1000, $x)) || _ <- lists:seq(1, 1000)],\
                                 file:write_file(\"written\", []) end), \
                    timer:sleep(500), file:write_file(\"alive\", []), timer:sleep(infinity).";

#[test]
fn a_pipe_that_nobody_reads_stops_no_scheduler() {
    let mut joist = Command::new(binary());
    joist.arg("erl");
    for mut command in [Command::new("erl"), joist] {
        let temp = tempfile::tempdir().expect("a directory");
        let there = |name: &str| {
            let start = Instant::now();
            while !temp.path().join(name).exists() && start.elapsed() < Duration::from_secs(30) {
                thread::sleep(Duration::from_millis(20));
            }
            temp.path().join(name).exists()
        };
        command.args(["+S", "1", "-noshell", "-eval", MUCH]).current_dir(temp.path());
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("started");
        let alive = there("alive") && !temp.path().join("written").exists();
        let mut all = vec![0; 1_000_000];
        let read = alive && child.stdout.take().expect("piped").read_exact(&mut all).is_ok();
        let written = read && there("written");
        child.kill().expect("killed");
        let _ = child.wait();
        assert_eq!((alive, read, written), (true, true, true), "{command:?}");
        assert!(all.iter().all(|b| *b == b'x'));
    }
}
