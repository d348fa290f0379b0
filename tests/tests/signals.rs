//! Signals that `os:set_signal/2` has handled, ignored or left to the system, sent by a real `kill`: on Joist as on stock.

use joist_tests::{binary, installations, root};
use rustix::process::{Pid, Signal, kill_process};
use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// Sends signals, each when the answer to the one before has come; what the node said, and the signal that it died of.
fn heard(mut erl: Command, dir: &Path) -> (Vec<String>, Option<i32>) {
    erl.args(["-noinput", "-s", "signals", "main"]).current_dir(dir);
    let mut node = erl.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("started");
    let pid = Pid::from_raw(i32::try_from(node.id()).expect("a pid")).expect("a pid");
    let mut lines = BufReader::new(node.stdout.take().expect("piped")).lines().map(|l| l.expect("text"));
    let mut said: Vec<String> = lines.by_ref().take(1).collect();
    let handled = [Signal::HUP, Signal::QUIT, Signal::ABORT, Signal::ALARM, Signal::TERM, Signal::USR1];
    let more = [Signal::CHILD, Signal::TSTP, Signal::USR2];
    // These four are ignored next: nothing is said of them.
    let ignored = [Signal::ALARM, Signal::USR2];
    for (n, signal) in handled.into_iter().chain(more).chain(ignored).enumerate() {
        if n == handled.len() + more.len() {
            for signal in [Signal::HUP, Signal::QUIT, Signal::TERM, Signal::USR1] {
                kill_process(pid, signal).expect("sent");
            }
        }
        kill_process(pid, signal).expect("sent");
        said.extend(lines.by_ref().take(1));
    }
    // The system's own way with it.
    kill_process(pid, Signal::HUP).expect("sent");
    for _ in 0..600 {
        if let Some(status) = node.try_wait().expect("a child") {
            return (said, status.signal());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    node.kill().expect("killed");
    (said, None)
}

#[test]
fn a_handler_hears_of_signals() {
    let temp = tempfile::tempdir().expect("a directory");
    let file = root().join("tests/erlang/signals.erl");
    let made = Command::new("erlc").arg("-o").arg(temp.path()).arg(file).status().expect("erlc");
    assert!(made.success());
    for otp in installations() {
        let stock = heard(Command::new(&otp.erl), temp.path());
        let mut joist = Command::new(binary());
        joist.args(["erl", "--otp"]).arg(&otp.root);
        assert_eq!(heard(joist, temp.path()), stock, "{}", otp.root.display());
        assert_eq!((stock.0.len(), stock.1), (12, Some(Signal::HUP.as_raw())), "{:?}", stock.0);
    }
}
