//! A guest for tests: the kernel in QEMU (TCG), with or without an input, and what came of it.

#[path = "../../../tools/build/elf.rs"]
#[allow(dead_code)]
mod elf;

#[path = "../../src/peer.rs"]
pub mod peer;
#[path = "../../src/processor.rs"]
pub mod processor;

use joist_image::Builder;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// The kernel as `tools` embeds it.
const KERNEL: &str = concat!(env!("OUT_DIR"), "/joist-kernel");

/// Machines that every test of the machine runs on: QEMU's machine and its CPUs.
pub const MACHINES: [(&str, u32); 4] = [("microvm", 1), ("microvm", 2), ("q35", 1), ("q35", 2)];

/// What to boot, and how.
#[derive(Debug, Clone)]
pub struct Guest {
    pub machine: &'static str,
    pub cpus: u32,
    pub memory: &'static str,
    pub cpu: &'static str,
    pub command_line: String,
    /// isa-debug-exit is there.
    pub debug_exit: bool,
    /// The first serial line is QEMU's standard input and output.
    pub serial: bool,
    pub more: Vec<String>,
    pub kernel: PathBuf,
}

/// What came of it.
#[derive(Debug)]
pub struct Output {
    pub text: String,
    /// The guest's status, if it left one by isa-debug-exit.
    pub status: Option<i32>,
    /// QEMU's own exit code.
    pub code: Option<i32>,
}

/// A guest that runs.
pub struct Running {
    child: Child,
    stdin: Option<ChildStdin>,
    from: Receiver<Vec<u8>>,
    text: Vec<u8>,
}

impl Guest {
    /// A guest with the usual devices that runs a self-test.
    #[must_use]
    pub fn selftest(name: &str, (machine, cpus): (&'static str, u32)) -> Self {
        Guest {
            machine,
            cpus,
            memory: "128M",
            cpu: "max",
            command_line: format!("selftest={name}"),
            debug_exit: true,
            serial: true,
            more: Vec::new(),
            kernel: KERNEL.into(),
        }
    }

    #[must_use]
    pub fn with(mut self, args: &[&str]) -> Self {
        self.more.extend(args.iter().map(ToString::to_string));
        self
    }

    /// Puts an archive into the kernel, in a file at `path`.
    /// # Panics
    /// When the kernel has no place for it, or the file can't be written.
    #[must_use]
    pub fn with_archive(mut self, archive: &Builder, path: PathBuf) -> Self {
        let kernel = std::fs::read(&self.kernel).expect("the kernel");
        let image = elf::append(&kernel, &joist_image::slot::MAGIC, archive.build().expect("an archive"), None);
        std::fs::write(&path, image.expect("a slot")).expect("a file");
        self.kernel = path;
        self
    }

    /// Starts QEMU.
    /// # Panics
    /// When it can't be started.
    #[must_use]
    pub fn start(&self) -> Running {
        let mut command = Command::new("qemu-system-x86_64");
        command.args(["-accel", "tcg", "-nodefaults", "-no-user-config", "-no-reboot", "-display", "none"]);
        command.args(["-M", self.machine, "-cpu", self.cpu, "-m", self.memory, "-smp", &self.cpus.to_string()]);
        command.arg("-kernel").arg(&self.kernel).args(["-append", &self.command_line]);
        if self.debug_exit {
            command.args(["-device", "isa-debug-exit,iobase=0xf4,iosize=4"]);
        }
        if self.serial {
            command.args(["-serial", "stdio"]);
        }
        command.args(&self.more);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let mut child = command.spawn().expect("qemu-system-x86_64 starts");
        let mut out = child.stdout.take().expect("piped");
        let (to, from) = channel();
        std::thread::spawn(move || {
            let mut buf = [0; 65536];
            while let Ok(n @ 1..) = out.read(&mut buf) {
                if to.send(buf[..n].to_vec()).is_err() {
                    return;
                }
            }
        });
        Running { stdin: child.stdin.take(), child, from, text: Vec::new() }
    }

    /// Runs to the end.
    /// # Panics
    /// When that doesn't come within a minute.
    #[must_use]
    pub fn run(&self) -> Output {
        self.start().finish(Duration::from_secs(60))
    }
}

impl Running {
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Types something.
    /// # Panics
    /// When QEMU no longer listens.
    pub fn type_in(&mut self, bytes: &[u8]) {
        let stdin = self.stdin.as_mut().expect("not closed");
        stdin.write_all(bytes).and_then(|()| stdin.flush()).expect("QEMU listens");
    }

    /// Waits until the text has come.
    /// # Panics
    /// When it doesn't within a minute.
    pub fn wait_for(&mut self, text: &str) {
        let end = Instant::now() + Duration::from_secs(60);
        while !String::from_utf8_lossy(&self.text).contains(text) {
            match self.from.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(bytes) => self.text.extend(bytes),
                Err(e) => {
                    let _ = self.child.kill();
                    panic!("no {text:?} ({e}) in: {}", String::from_utf8_lossy(&self.text));
                }
            }
        }
    }

    /// Waits for the end.
    /// # Panics
    /// When it takes longer than `limit`.
    pub fn finish(mut self, limit: Duration) -> Output {
        let end = Instant::now() + limit;
        loop {
            match self.from.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(bytes) => self.text.extend(bytes),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {
                    let _ = self.child.kill();
                    panic!("no end within {limit:?}: {}", String::from_utf8_lossy(&self.text));
                }
            }
        }
        let code = self.child.wait().expect("a child").code();
        // QEMU's own failures (0 and 1 with nothing said) are told from the guest's by the bit that is always set.
        let status = code.filter(|c| c & 1 == 1).map(|c| (c - 1) / 2);
        Output { text: String::from_utf8_lossy(&self.text).into_owned(), status, code }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Output {
    /// The number before a unit, in the line that holds `mark`.
    #[must_use]
    pub fn number_after(&self, mark: &str) -> Option<i64> {
        let at = self.text.find(mark)? + mark.len();
        let digits: String = self.text[at..].chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok()
    }
}
