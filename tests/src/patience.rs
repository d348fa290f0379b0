//! Calls that come to an end: a VM that hangs is asked for its crash dump, then killed, and the test fails with both.

use rustix::process::{Pid, Signal, kill_process};
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// No call of a test takes longer, but where it says so itself.
pub const LIMIT: Duration = Duration::from_secs(240);

/// How long a crash dump may take.
const DUMP: Duration = Duration::from_secs(10);

/// As [`Command::output`], for at most so long, without input.
/// # Panics
/// If the program can't be started, or hasn't ended by then.
pub fn output_within(command: &mut Command, limit: Duration) -> Output {
    match ended_within(command, limit) {
        (Some(status), stdout, stderr) => Output { status, stdout, stderr },
        (None, stdout, stderr) => {
            let [stdout, stderr] = [stdout, stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
            panic!("{command:?} has not ended after {limit:?}: {stdout}{stderr}");
        }
    }
}

/// As [`output_within`], for [`LIMIT`].
pub fn output(command: &mut Command) -> Output {
    output_within(command, LIMIT)
}

/// How it ended, if it did, and what it said; behind that, a crash dump's processes, if it had to be killed.
pub(crate) fn ended_within(command: &mut Command, limit: Duration) -> (Option<ExitStatus>, Vec<u8>, Vec<u8>) {
    let dump = tempfile::NamedTempFile::new().expect("a file");
    // Whoever says anything of where a crash dump goes is interested in it.
    if !command.get_envs().any(|(name, _)| name == "ERL_CRASH_DUMP") {
        command.env("ERL_CRASH_DUMP", dump.path());
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|e| panic!("{command:?} doesn't start: {e}"));
    let readers = [reader(child.stdout.take()), reader(child.stderr.take())];
    let status = wait(&mut child, limit);
    let mut seen = String::new();
    if status.is_none() {
        if let Some(pid) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
            let _ = kill_process(pid, Signal::USR1);
        }
        wait(&mut child, DUMP);
        let _ = child.kill();
        let _ = child.wait();
        seen = processes(dump.path());
    }
    let [out, mut err] = readers.map(|r| r.join().expect("read"));
    err.extend(seen.bytes());
    (status, out, err)
}

fn reader(stream: Option<impl Read + Send + 'static>) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = stream.expect("piped").read_to_end(&mut bytes);
        bytes
    })
}

fn wait(child: &mut Child, limit: Duration) -> Option<ExitStatus> {
    let start = Instant::now();
    while start.elapsed() < limit {
        if let Some(status) = child.try_wait().expect("a child") {
            return Some(status);
        }
        thread::sleep(Duration::from_millis(20));
    }
    None
}

/// Of a crash dump: for each process its state, what it runs and what waits for it.
fn processes(dump: &Path) -> String {
    let dump = std::fs::read(dump).unwrap_or_default();
    let wanted = ["State: ", "Name: ", "Current call: ", "Message queue length: "];
    let (mut all, mut is_process) = (String::new(), false);
    for line in String::from_utf8_lossy(&dump).lines() {
        if line.starts_with('=') {
            is_process = line.starts_with("=proc:");
            if is_process {
                all += &format!("\n{line}");
            }
        } else if is_process && wanted.iter().any(|w| line.starts_with(w)) {
            all += &format!("  {line}");
        }
    }
    all
}
