//! KVM or TCG. That `/dev/kvm` can be opened says little: nested in another virtual machine, KVM may be there and
//! interpret each of a kernel's instructions, a hundred times slower than TCG. So the kernel itself is booted with KVM
//! once, without an archive, against the clock; the answer is kept until this machine or Joist is another.

use super::{Accel, Machine, Size, Vm};
use crate::error::{Error, Result};
use crate::kernel::KERNEL;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

const DEVICE: &str = "/dev/kvm";
/// A kernel without an archive is through in some 30 ms under TCG already.
const BOUND: Duration = Duration::from_millis(1500);

/// What becomes of KVM here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kvm {
    Works(Duration),
    /// Not there, not allowed, or too slow: the words say it.
    Useless(String),
}

/// What `--accel` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Choice {
    Auto,
    Kvm,
    Tcg,
}

/// Chooses.
/// # Errors
/// When KVM is asked for and can't be opened.
pub fn choose(choice: Choice, qemu: &Path) -> Result<Accel> {
    match choice {
        Choice::Tcg => Ok(Accel::Tcg),
        Choice::Kvm => match openable() {
            Ok(()) => Ok(Accel::Kvm),
            Err(why) => {
                Err(Error::new(format!("KVM can't be used: {why}"), "leave --accel out; TCG needs no hardware"))
            }
        },
        Choice::Auto => match probe(qemu) {
            Kvm::Works(_) => Ok(Accel::Kvm),
            Kvm::Useless(_) => Ok(Accel::Tcg),
        },
    }
}

fn openable() -> std::result::Result<(), String> {
    match std::fs::OpenOptions::new().read(true).write(true).open(DEVICE) {
        Ok(_) => Ok(()),
        Err(e) => Err(match e.kind() {
            std::io::ErrorKind::NotFound => format!("there is no {DEVICE}"),
            std::io::ErrorKind::PermissionDenied => {
                format!("{DEVICE} may not be opened; add yourself to the group kvm")
            }
            _ => format!("{DEVICE}: {}", crate::error::plain(&e)),
        }),
    }
}

/// Is KVM any good? The answer of an earlier time on the same boot of the same machine counts.
pub fn probe(qemu: &Path) -> Kvm {
    if let Err(why) = openable() {
        return Kvm::Useless(why);
    }
    let Some(file) = cache() else { return measure(qemu) };
    let known = std::fs::read_to_string(&file).unwrap_or_default();
    if let Some(ms) = known.strip_prefix("works ").and_then(|ms| ms.trim().parse().ok()) {
        return Kvm::Works(Duration::from_millis(ms));
    }
    if let Some(why) = known.strip_prefix("useless ") {
        return Kvm::Useless(why.trim().to_owned());
    }
    let answer = measure(qemu);
    let line = match &answer {
        Kvm::Works(time) => format!("works {}\n", time.as_millis()),
        Kvm::Useless(why) => format!("useless {why}\n"),
    };
    // A cache that can't be written costs a probe each time, no more.
    let _ = file.parent().map(std::fs::create_dir_all);
    let _ = std::fs::write(&file, line);
    answer
}

/// A file named after this machine's boot, this kernel and this user's cache.
fn cache() -> Option<PathBuf> {
    let home = std::env::var_os("HOME").map(|h| PathBuf::from(h).join(".cache"));
    let dir = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).or(home)?;
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let kernel = Sha256::digest(KERNEL);
    let kernel: String = kernel.iter().take(4).map(|b| format!("{b:02x}")).collect();
    Some(dir.join("joist").join(format!("kvm-{}-{kernel}", boot.trim())))
}

fn measure(qemu: &Path) -> Kvm {
    try_boot(qemu).unwrap_or_else(|e| Kvm::Useless(crate::error::plain(&e)))
}

fn try_boot(qemu: &Path) -> std::io::Result<Kvm> {
    let dir = tempfile::Builder::new().prefix("joist-").tempdir()?;
    let kernel = dir.path().join("kernel");
    std::fs::write(&kernel, KERNEL)?;
    let vm = Vm {
        qemu: qemu.to_path_buf(),
        accel: Accel::Kvm,
        machine: Machine::Microvm,
        memory: Size(64 << 20),
        processors: 1,
        kernel,
        command_line: String::new(),
        network: super::Network::None,
    };
    let mut command = vm.command(dir.path());
    let complaints = dir.path().join("stderr");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(std::fs::File::create(&complaints)?);
    let start = Instant::now();
    let mut child = command.spawn()?;
    while start.elapsed() < BOUND {
        if let Some(status) = child.try_wait()? {
            // The guest's own end is odd, and so is QEMU's when it fails, but then it complains.
            let complaints = std::fs::read_to_string(&complaints)?;
            let silent = complaints.lines().all(|l| l.contains("warning:"));
            return Ok(match status.code() {
                Some(code) if code & 1 == 1 && (code > 1 || silent) => Kvm::Works(start.elapsed()),
                _ => Kvm::Useless("QEMU fails with KVM".into()),
            });
        }
        thread::sleep(Duration::from_millis(2));
    }
    child.kill()?;
    child.wait()?;
    Ok(Kvm::Useless(format!("a boot that takes 30 ms without KVM was not over after {} ms with it", BOUND.as_millis())))
}
