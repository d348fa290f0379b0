//! A network of a test's own: a namespace of Linux's with one end of a cable in it, a guest at the cable's other end, and
//! in between a relay that does to frames what a test wants. It needs root and `/dev/net/tun`; a test that can't have
//! them says so and is not run.

pub mod advertise;
mod blocks;
pub mod dhcp;
pub mod dns;
mod guest;
mod node;
mod ping;
mod relay;
mod router;

pub use blocks::{blocks, transfer};
pub use guest::Guest;
pub use node::{Node, Pending};
pub use ping::ping;
pub use relay::Trouble;
pub use router::Far;

use relay::Relay;
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::os::fd::AsFd;
use std::process::{Child, Command, Stdio};
use std::thread;
use tappers::{Interface, Tap};

/// This machine's address on the cable, and the guest's.
pub const HOST: &str = "10.77.0.1";
pub const GUEST: &str = "10.77.0.2";
/// The same by IPv6.
pub const HOST6: &str = "fd77::1";
pub const GUEST6: &str = "fd77::2";

/// The namespace, and the cable between it and a guest.
pub struct Wire {
    namespace: File,
    relay: Relay,
    dir: tempfile::TempDir,
}

impl Wire {
    /// The network for the test of this name; `None`, and a line that says so, where this machine has no means for it.
    /// # Panics
    /// When it has them and something goes wrong.
    pub fn new(test: &str, seed: u64) -> Option<Wire> {
        if let Err(reason) = means() {
            // Past the test harness, which shows nothing of tests that are well.
            let _ = writeln!(std::io::stderr(), "{test}: NOT RUN: {reason}");
            return None;
        }
        let namespace = namespace();
        let dir = tempfile::tempdir().expect("a directory");
        let tap = inside(&namespace, || {
            let tap = Tap::new_named(Interface::new("cable").expect("a name")).expect("a tap device");
            ip(&["address", "add", &format!("{HOST}/24"), "dev", "cable"]);
            ip(&["link", "set", "cable", "up"]);
            ip(&["address", "add", &format!("{HOST6}/64"), "dev", "cable", "nodad"]);
            tap
        });
        let relay = Relay::start(tap, dir.path(), seed);
        Some(Wire { namespace, relay, dir })
    }

    /// Does something in the namespace: its sockets, threads and programs are in there, too.
    pub fn inside<T: Send>(&self, f: impl FnOnce() -> T + Send) -> T {
        inside(&self.namespace, f)
    }

    /// From now on this is done to frames, both ways.
    pub fn trouble(&self, trouble: Trouble) {
        self.relay.set(trouble);
    }

    /// How many frames came to the relay so far, and how many of them were lost.
    pub fn frames(&self) -> (u64, u64) {
        self.relay.counts()
    }

    /// Starts a guest on the cable.
    pub fn boot(&self, options: &[(&str, &str)]) -> Guest {
        Guest::start(self.dir.path(), options, 1, true)
    }

    pub fn boot_on(&self, processors: u32, options: &[(&str, &str)]) -> Guest {
        Guest::start(self.dir.path(), options, processors, true)
    }

    /// Has `joist run` start a guest with a card for each of several tap devices: `tap0`, `tap1`, … that are 10.79.0.1,
    /// 10.79.1.1, … here.
    pub fn boot_on_taps(&self, count: usize, arguments: &[&str]) -> Node {
        let names: Vec<String> = (0..count).map(|n| format!("tap{n}")).collect();
        self.inside(|| {
            for (n, name) in names.iter().enumerate() {
                ip(&["tuntap", "add", name, "mode", "tap"]);
                ip(&["address", "add", &format!("10.79.{n}.1/24"), "dev", name]);
                ip(&["link", "set", name, "up"]);
            }
            guest::on_taps(&names.iter().map(String::as_str).collect::<Vec<_>>(), arguments)
        })
    }

    /// Starts a guest with its cable pulled out.
    pub fn boot_without(&self, options: &[(&str, &str)]) -> Guest {
        Guest::start(self.dir.path(), options, 1, false)
    }
}

/// # Errors
/// In words: what is missing.
fn means() -> Result<(), String> {
    if !rustix::process::geteuid().is_root() {
        return Err("it needs root".into());
    }
    let tun = File::options().read(true).write(true).open("/dev/net/tun");
    tun.map_err(|e| format!("/dev/net/tun: {e}"))?;
    match Command::new("unshare").args(["--net", "true"]).stderr(Stdio::null()).status() {
        Ok(status) if status.success() => Ok(()),
        _ => Err("unshare --net is not allowed".into()),
    }
}

/// A new network namespace. It lives as long as its file is open, or somebody is in it.
fn namespace() -> File {
    let mut child = Command::new("unshare")
        .args(["--net", "sh", "-c", "ip link set lo up && echo ready; read line"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("unshare");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("a line");
    assert_eq!(line, "ready\n", "ip (of iproute2) sets up the namespace");
    let file = File::open(format!("/proc/{}/ns/net", child.id())).expect("its namespace");
    end(child);
    file
}

fn end(mut child: Child) {
    drop(child.stdin.take());
    let _ = child.wait();
}

fn ip(args: &[&str]) {
    let out = Command::new("ip").args(args).output().expect("ip starts");
    assert!(out.status.success(), "ip {args:?}: {}", String::from_utf8_lossy(&out.stderr));
}

fn inside<T: Send>(namespace: &File, f: impl FnOnce() -> T + Send) -> T {
    thread::scope(|scope| {
        let doing = scope.spawn(move || {
            move_into_link_name_space(namespace.as_fd(), Some(LinkNameSpaceType::Network)).expect("inside");
            f()
        });
        doing.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}
