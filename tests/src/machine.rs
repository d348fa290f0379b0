//! Boots in QEMU, by `joist run`, with an end to patience.

use crate::joist::binary;
use rustix::process::{Pid, Signal, kill_process};
use std::ffi::OsString;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

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

/// `joist run --accel tcg ARGS WHAT`, for at most so long.
pub fn boot(what: &Path, args: &[&str], limit: Duration) -> Boot {
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
    let (send, receive) = mpsc::channel();
    for mut stream in streams.into_iter().flatten() {
        let send = send.clone();
        thread::spawn(move || {
            let mut text = Vec::new();
            let _ = stream.read_to_end(&mut text);
            let _ = send.send(String::from_utf8_lossy(&text).into_owned());
        });
    }
    let pid = Pid::from_raw(i32::try_from(child.id()).expect("a pid")).expect("a pid");
    let (done, over) = mpsc::channel::<()>();
    let watch = thread::spawn(move || {
        let late = over.recv_timeout(limit).is_err_and(|e| e == mpsc::RecvTimeoutError::Timeout);
        if late {
            // The first asks the node to stop, the second ends the machine.
            let _ = kill_process(pid, Signal::TERM);
            thread::sleep(Duration::from_millis(500));
            let _ = kill_process(pid, Signal::TERM);
        }
        late
    });
    let status = child.wait().expect("joist ends");
    drop(done);
    let late = watch.join().expect("the watch");
    drop(send);
    let console: String = receive.iter().collect();
    Boot { status: if late { None } else { status.code() }, console }
}
