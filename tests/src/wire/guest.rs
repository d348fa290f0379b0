//! A guest on the cable: a node in QEMU, and QEMU's monitor.

use super::node::Node;
use super::relay::sockets;
use crate::{binary, compile_fixtures, packed, release_with, root};
use joist_image::cmdline::CommandLine;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::ops::Deref;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

/// How long the monitor may think.
const LIMIT: Duration = Duration::from_secs(20);

pub struct Guest {
    node: Node,
    monitor: PathBuf,
}

impl Deref for Guest {
    type Target = Node;

    fn deref(&self) -> &Node {
        &self.node
    }
}

impl Guest {
    /// With these options for the kernel; its cable is in the card, or pulled out.
    pub(super) fn start(dir: &Path, options: &[(&str, &str)], processors: u32, plugged: bool) -> Guest {
        let (qemu, relay) = sockets(dir);
        let _ = std::fs::remove_file(&qemu); // of a guest before
        let monitor = dir.join("monitor");
        let option = |(key, value): &(&str, &str)| (key.as_bytes().to_vec(), Some(value.as_bytes().to_vec()));
        let line = CommandLine { options: options.iter().map(option).collect(), ..CommandLine::default() };
        let mut q = Command::new("qemu-system-x86_64");
        q.args(["-accel", "tcg", "-cpu", "max", "-nodefaults", "-no-user-config", "-no-reboot", "-display", "none"]);
        q.args(["-M", "microvm,rtc=on,auto-kernel-cmdline=off", "-global", "virtio-mmio.force-legacy=off"]);
        q.args(["-device", "virtio-rng-device", "-device", "isa-debug-exit,iobase=0xf4,iosize=0x04"]);
        q.arg("-netdev").arg(format!(
            "dgram,id=cable,local.type=unix,local.path={},remote.type=unix,remote.path={}",
            qemu.display(),
            relay.display()
        ));
        q.args(["-device", "virtio-net-device,netdev=cable,id=card", "-m", "256M"]);
        q.args(["-smp", &processors.to_string(), "-append", &line.encode(), "-serial", "stdio"]);
        q.arg("-kernel").arg(image()).arg("-qmp").arg(format!("unix:{},server=on,wait=off", monitor.display()));
        if plugged {
            return Guest { node: Node::start(&mut q), monitor };
        }
        let guest = Guest { node: Node::spawn(q.arg("-S")), monitor };
        let end = Instant::now() + LIMIT;
        while !guest.monitor.exists() && Instant::now() < end {
            thread::sleep(Duration::from_millis(20));
        }
        guest.link(false);
        guest.monitor("cont", &json!({}));
        guest.node.is_ready();
        guest
    }

    /// A command of QEMU's monitor.
    pub fn monitor(&self, command: &str, arguments: &Value) -> Value {
        let mut stream = UnixStream::connect(&self.monitor).expect("QEMU's monitor");
        stream.set_read_timeout(Some(LIMIT)).expect("a limit");
        let mut lines = BufReader::new(stream.try_clone().expect("a second handle")).lines();
        let mut answer = |request: Value| -> Value {
            writeln!(stream, "{request}").expect("it listens");
            loop {
                let line = lines.next().expect("an answer").expect("an answer");
                let line: Value = serde_json::from_str(&line).expect("JSON");
                assert!(line["error"].is_null(), "{command}: {line}");
                if !line["return"].is_null() {
                    return line["return"].clone();
                }
            }
        };
        answer(json!({"execute": "qmp_capabilities"}));
        answer(json!({"execute": command, "arguments": arguments}))
    }

    /// Pulls the cable out of the card, or puts it in.
    pub fn link(&self, up: bool) {
        self.monitor("set_link", &json!({"name": "card", "up": up}));
    }
}

/// A guest that `joist run` starts, with a card for each of these tap devices.
pub(super) fn on_taps(taps: &[&str], arguments: &[&str]) -> Node {
    let mut command = Command::new(binary());
    command.arg("run").arg(image()).args(["--accel", "tcg"]).args(arguments);
    taps.iter().for_each(|tap| {
        command.args(["--tap", tap]);
    });
    Node::start(&mut command)
}

/// Where what the tests make lies; each run makes it anew.
fn made() -> &'static Path {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    MADE.get_or_init(|| {
        let dir = binary().parent().expect("it is in a directory").join("wire-test");
        let _ = std::fs::remove_dir_all(&dir);
        std::fs::create_dir_all(dir.join("ebin")).expect("a directory");
        compile_fixtures(&[root().join("tests/erlang/wire/wire.erl")], None, &[], &dir.join("ebin"));
        dir
    })
}

/// `wire`, compiled.
pub(super) fn ebin() -> PathBuf {
    made().join("ebin")
}

/// The image of a release with `wire` and inets.
fn image() -> &'static Path {
    static IMAGE: OnceLock<PathBuf> = OnceLock::new();
    IMAGE.get_or_init(|| {
        let release = release_with("wire", &ebin(), made(), &["inets"]);
        let (_temporary, image) = packed(&release, &["--", "-noshell", "-run", "wire"]);
        let kept = made().join("wire.elf");
        std::fs::copy(image, &kept).expect("copied");
        kept
    })
}
