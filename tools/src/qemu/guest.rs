//! A guest from start to end: its console live, its exit status, and what Ctrl-C means.
//!
//! A guest without a shell leaves the terminal as it is: Ctrl-C (or SIGTERM) presses its power button, so that the
//! node stops in order; the second one, or ten seconds without an answer, ends it. A guest with a shell gets every
//! key, Ctrl-C too; Ctrl-] ends it.

use super::qmp::{PowerButton, Qmp};
use super::terminal::Raw;
use super::{Network, OPEN_PORTS_FILE, Vm, ports};
use crate::error::{Error, Result};
use rustix::process::{Pid, Signal, kill_process};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use std::io::{Read, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, ChildStdin, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::thread;
use std::time::Duration;

/// How long a node may take to stop in order.
const PATIENCE: Duration = Duration::from_secs(10);
/// Ctrl-].
const ESCAPE: u8 = 0x1d;

/// Runs a guest; answers its exit status.
/// # Errors
/// When QEMU fails, or the guest crashes so that it can't say anything itself.
pub fn run(vm: &Vm, shell: bool) -> Result<u8> {
    let dir = tempfile::Builder::new()
        .prefix("joist-")
        .tempdir()
        .map_err(|e| Error::file("make a directory in", &std::env::temp_dir(), &e))?;
    let mut command = vm.command(dir.path());
    command.stdin(Stdio::piped()).stderr(Stdio::piped());
    // A group of its own: the terminal's Ctrl-C is for this program to handle.
    command.process_group(0);
    // Before the guest is there: a signal that comes now must not leave it behind.
    let signals = Signals::new([SIGINT, SIGTERM, SIGHUP])
        .map_err(|e| Error::new(format!("signals can't be handled: {e}"), ""))?;
    let mut child = command.spawn().map_err(|e| Error::file("start", &vm.qemu, &e))?;
    let pid = pid_of(&child)?;
    let qmp = Qmp::connect(dir.path().join("qmp"));
    let killed = Arc::new(AtomicI32::new(0));
    stop_on_signals(signals, pid, qmp.button(), Arc::clone(&killed));

    let raw = if shell { Raw::enter() } else { None };
    if raw.is_some() {
        eprint!("joist: Ctrl-] ends the machine\r\n");
    }
    if let Network::User(forwards) = &vm.network {
        ports::watch(dir.path().join(OPEN_PORTS_FILE), forwards, if raw.is_some() { "\r\n" } else { "\n" });
    }
    if let Some(input) = child.stdin.take() {
        let (escape, killed) = (raw.is_some(), Arc::clone(&killed));
        thread::spawn(move || feed(input, escape, pid, &killed));
    }
    let complaints = child.stderr.take().map(|mut errors| {
        thread::spawn(move || {
            let mut text = String::new();
            let _ = errors.read_to_string(&mut text);
            text
        })
    });
    let status = child.wait().map_err(|e| Error::file("wait for", &vm.qemu, &e))?;
    drop(raw);
    let complaints = complaints.and_then(|c| c.join().ok()).unwrap_or_default();
    let reason = qmp.reason();
    match killed.load(Ordering::SeqCst) {
        0 => exit_status(status, &dir.path().join("status"), reason.as_deref(), &complaints),
        signal => Ok(128 + signal as u8),
    }
}

fn pid_of(child: &Child) -> Result<Pid> {
    i32::try_from(child.id()).ok().and_then(Pid::from_raw).ok_or_else(|| Error::new("QEMU has no process id", ""))
}

/// Standard input to the guest's console.
fn feed(mut console: ChildStdin, escape: bool, pid: Pid, killed: &AtomicI32) {
    let mut buffer = [0; 4096];
    let mut input = std::io::stdin();
    while let Ok(n @ 1..) = input.read(&mut buffer) {
        if escape && buffer[..n].contains(&ESCAPE) {
            killed.store(SIGINT, Ordering::SeqCst);
            let _ = kill_process(pid, Signal::KILL);
            return;
        }
        if console.write_all(&buffer[..n]).and_then(|()| console.flush()).is_err() {
            return;
        }
    }
}

fn stop_on_signals(mut signals: Signals, pid: Pid, button: PowerButton, killed: Arc<AtomicI32>) {
    thread::spawn(move || {
        let mut asked = false;
        for signal in signals.forever() {
            if !asked && signal != SIGHUP && button.press() {
                asked = true;
                eprintln!("joist: asked the node to stop; Ctrl-C again ends the machine");
                let killed = Arc::clone(&killed);
                thread::spawn(move || {
                    thread::sleep(PATIENCE);
                    end(pid, signal, &killed);
                });
                continue;
            }
            end(pid, signal, &killed);
        }
    });
}

fn end(pid: Pid, signal: i32, killed: &AtomicI32) {
    killed.store(signal, Ordering::SeqCst);
    let _ = kill_process(pid, Signal::KILL);
}

/// From QEMU's end to the guest's exit status.
fn exit_status(status: ExitStatus, file: &Path, reason: Option<&str>, complaints: &str) -> Result<u8> {
    let failed = || {
        let lines = complaints.lines().map(|l| l.trim_start_matches("qemu-system-x86_64: "));
        let line = lines.filter(|l| !l.contains("warning:")).find(|l| !l.is_empty());
        line.map(|l| Error::new(format!("QEMU failed: {l}"), "joist doctor looks at what is there"))
    };
    let whole = std::fs::read(file).ok().and_then(|bytes| bytes.first().copied());
    match (status.code(), whole) {
        (_, Some(status)) => Ok(status),
        // QEMU's own failures end with 1 too, as a guest's status 0 does; but not without a word.
        (Some(1), None) => failed().map_or(Ok(0), Err),
        (Some(0), None) if reason == Some("guest-reset") => {
            Err(Error::new("the machine reset itself: its kernel crashed without a word", "report it with the image"))
        }
        (Some(0), None) => Ok(0),
        (Some(code), None) if code & 1 == 1 => Ok((code >> 1) as u8),
        (Some(code), None) => Err(failed()
            .unwrap_or_else(|| Error::new(format!("QEMU ended with {code}"), "joist doctor looks at what is there"))),
        (None, _) => {
            let signal = status.signal().unwrap_or_default();
            Err(failed().unwrap_or_else(|| Error::new(format!("QEMU was ended by signal {signal}"), "")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(code: i32, reason: Option<&str>, complaints: &str) -> std::result::Result<u8, String> {
        exit_status(ExitStatus::from_raw(code << 8), Path::new("/nonexistent"), reason, complaints)
            .map_err(|e| e.to_string())
    }

    #[test]
    fn statuses() {
        assert_eq!(of(1, None, ""), Ok(0));
        assert_eq!(of(1, None, "qemu-system-x86_64: warning: TCG doesn't support x\n"), Ok(0));
        assert_eq!(of(7, None, ""), Ok(3));
        assert_eq!(of(0, Some("guest-shutdown"), ""), Ok(0));
        assert!(of(0, Some("guest-reset"), "").is_err());
        let failed = of(1, None, "qemu-system-x86_64: could not open disk\n");
        assert_eq!(failed.unwrap_err(), "QEMU failed: could not open disk: joist doctor looks at what is there");
    }

    #[test]
    fn whole_status() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), [200]).expect("written");
        assert_eq!(exit_status(ExitStatus::from_raw(145 << 8), file.path(), None, "").ok(), Some(200));
    }
}
