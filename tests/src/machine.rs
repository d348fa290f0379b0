//! Boots in QEMU, by `joist run`, with an end to patience.

use crate::joist::binary;
use rustix::process::{Pid, Signal, kill_process};
use std::ffi::OsString;
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

/// What a guest did.
#[derive(Debug)]
pub struct Boot {
    /// `None`: it was not over in time.
    pub status: Option<i32>,
    /// Its console, and `joist run`'s own words.
    pub console: String,
}

impl Boot {
    /// It printed each of these, in this order, and ended with that status.
    pub fn says(self, status: i32, wanted: &[&str]) {
        let mut rest = self.console.as_str();
        for line in wanted {
            let at = rest.find(line).unwrap_or_else(|| panic!("no {line:?} in {:?}\n{}", rest, self.console));
            rest = &rest[at + line.len()..];
        }
        assert_eq!(self.status, Some(status), "{}", self.console);
    }
}

/// `joist run` and what it started; all of that ends with this.
pub struct Machine {
    child: Child,
    texts: Receiver<String>,
}

impl Machine {
    /// `joist run --accel tcg ARGS WHAT`.
    pub fn start(what: &Path, args: &[&str]) -> Machine {
        let mut words: Vec<OsString> = vec!["run".into(), "--accel".into(), "tcg".into(), what.into()];
        words.extend(args.iter().map(OsString::from));
        let mut child = Command::new(binary())
            .args(words)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("joist starts");
        let streams: [Option<Box<dyn Read + Send>>; 2] =
            [child.stdout.take().map(|s| Box::new(s) as _), child.stderr.take().map(|s| Box::new(s) as _)];
        let (send, texts) = channel();
        for mut stream in streams.into_iter().flatten() {
            let send = send.clone();
            thread::spawn(move || {
                let mut text = Vec::new();
                let _ = stream.read_to_end(&mut text);
                let _ = send.send(String::from_utf8_lossy(&text).into_owned());
            });
        }
        Machine { child, texts }
    }

    /// Waits until it is over, for at most so long.
    pub fn finish(mut self, limit: Duration) -> Boot {
        let status = self.over(limit);
        if status.is_none() {
            self.stop();
        }
        let console: String = self.texts.iter().collect();
        Boot { status: status.and_then(|s| s.code()), console }
    }

    fn over(&mut self, limit: Duration) -> Option<ExitStatus> {
        let end = Instant::now() + limit;
        loop {
            if let Some(status) = self.child.try_wait().expect("a child") {
                return Some(status);
            }
            if Instant::now() >= end {
                return None;
            }
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// The first signal asks the node to stop, the second ends the machine.
    fn stop(&mut self) {
        let pid = Pid::from_raw(i32::try_from(self.child.id()).expect("a pid")).expect("a pid");
        for _ in 0..2 {
            let _ = kill_process(pid, Signal::TERM);
            if self.over(Duration::from_millis(500)).is_some() {
                return;
            }
        }
        let _ = self.child.wait();
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        if self.over(Duration::ZERO).is_none() {
            self.stop();
        }
    }
}

/// Boots, for at most so long.
pub fn boot(what: &Path, args: &[&str], limit: Duration) -> Boot {
    Machine::start(what, args).finish(limit)
}
