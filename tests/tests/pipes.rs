//! A reader that goes away ends the node that writes, as it ends stock's: with status 1, and not never.

use joist_tests::{binary, installations};
use std::io::{BufRead, BufReader};
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
