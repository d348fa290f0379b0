//! QEMU, which runs images on this machine. Read beside it: QEMU's manual on `-M microvm`, `isa-debug-exit` and QMP.

pub mod accel;
mod guest;
pub mod network;
mod ports;
mod qmp;
mod size;
mod terminal;

pub use guest::run;
pub use network::{Forward, Network};
pub use size::Size;

use crate::error::{Error, Result};
use std::path::{Path, PathBuf};
use std::process::Command;

const PROGRAM: &str = "qemu-system-x86_64";

/// The guest's exit status goes to this port: QEMU ends with `(status << 1) | 1`.
const EXIT_PORT: &str = "isa-debug-exit,iobase=0xf4,iosize=0x04";
/// A byte written here is kept in a file: the whole exit status, of which QEMU's own loses the highest bit.
const STATUS_PORT: &str = "isa-debugcon,iobase=0xe9,chardev=status";

/// The node's open ports are written here.
const OPEN_PORTS: &str = "isa-debugcon,iobase=0xea,chardev=ports";
/// What it writes there is in this file.
const OPEN_PORTS_FILE: &str = "ports";

/// What the guest's processors are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accel {
    Kvm,
    Tcg,
}

/// Which of QEMU's machines it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Machine {
    Microvm,
    Q35,
}

/// A virtual machine to be started.
#[derive(Debug, Clone)]
pub struct Vm {
    pub qemu: PathBuf,
    pub accel: Accel,
    pub machine: Machine,
    pub memory: Size,
    pub processors: u32,
    pub kernel: PathBuf,
    pub command_line: String,
    pub network: Network,
}

/// Where QEMU is.
/// # Errors
/// When it isn't.
pub fn find() -> Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|dir| dir.join(PROGRAM)).find(|p| p.is_file());
    found.ok_or_else(|| Error::new(format!("{PROGRAM} is not on the path"), "install it: apt install qemu-system-x86"))
}

/// QEMU's own options take a comma as their separator.
fn quoted(path: &Path) -> String {
    path.display().to_string().replace(',', ",,")
}

impl Vm {
    /// The QEMU call, its console on standard input and output. `dir` is for its sockets and files.
    fn command(&self, dir: &Path) -> Command {
        let mut q = Command::new(&self.qemu);
        q.args(["-nodefaults", "-no-user-config", "-no-reboot", "-display", "none"]);
        match self.accel {
            Accel::Kvm => q.args(["-accel", "kvm", "-cpu", "host"]),
            Accel::Tcg => q.args(["-accel", "tcg", "-cpu", "max"]),
        };
        match self.machine {
            Machine::Microvm => {
                q.args(["-M", "microvm,rtc=on,auto-kernel-cmdline=off", "-global", "virtio-mmio.force-legacy=off"]);
                q.args(["-device", "virtio-rng-device"])
            }
            Machine::Q35 => q.args(["-M", "q35", "-device", "virtio-rng-pci"]),
        };
        self.network.arguments(self.machine, &mut q);
        q.arg("-m").arg(format!("size={}k", self.memory.0.div_ceil(1024)));
        q.arg("-smp").arg(self.processors.to_string());
        q.arg("-kernel").arg(&self.kernel);
        q.arg("-append").arg(&self.command_line);
        q.args(["-chardev", "stdio,id=console,signal=off", "-serial", "chardev:console"]);
        q.args(["-device", EXIT_PORT, "-device", STATUS_PORT]);
        q.arg("-chardev").arg(format!("file,id=status,path={}", quoted(&dir.join("status"))));
        if matches!(&self.network, Network::User(forwards) if !forwards.is_empty()) {
            q.arg("-chardev").arg(format!("file,id=ports,path={}", quoted(&dir.join(OPEN_PORTS_FILE))));
            q.args(["-device", OPEN_PORTS]);
        }
        q.arg("-qmp").arg(format!("unix:{},server=on,wait=off", quoted(&dir.join("qmp"))));
        q
    }
}
