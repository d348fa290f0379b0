//! The file system through the platform: what is synthesised, and the overlay. Its semantics are tested on the host.

use super::{Outcome, check};
use crate::log;
use crate::platform::Machine;
use joist_vm::platform::{Errno, Files, OpenFlags, Platform, SeekFrom};

pub fn all(machine: &'static Machine) -> Outcome {
    let failed = |_| "a call failed";
    let hosts = machine.read_file(b"/etc/hosts").map_err(failed)?;
    check!(hosts.starts_with(b"127.0.0.1\tlocalhost"), "/etc/hosts");
    let meminfo = machine.read_file(b"/proc/meminfo").map_err(failed)?;
    check!(meminfo.starts_with(b"MemTotal:"), "/proc/meminfo");
    let cpuinfo = machine.read_file(b"/proc/cpuinfo").map_err(failed)?;
    let cpus = cpuinfo.split(|&b| b == b'\n').filter(|l| l.starts_with(b"processor")).count();
    check!(cpus == machine.processors(), "/proc/cpuinfo");
    let write = OpenFlags { read: true, write: true, create: true, ..OpenFlags::default() };
    let file = machine.open(b"/tmp/a", write, 0o644).map_err(failed)?;
    machine.write(file, b"hello world").map_err(failed)?;
    machine.seek(file, SeekFrom::Start(6)).map_err(failed)?;
    let mut buf = [0; 16];
    check!(machine.read(file, &mut buf) == Ok(5) && buf.starts_with(b"world"), "what was written is not read");
    machine.close(file).map_err(failed)?;
    machine.rename(b"/tmp/a", b"/tmp/b").map_err(failed)?;
    check!(machine.read_file(b"/tmp/a") == Err(Errno::Enoent), "the old name is still there");
    let random = OpenFlags { read: true, ..OpenFlags::default() };
    let file = machine.open(b"/dev/urandom", random, 0).map_err(failed)?;
    check!(machine.read(file, &mut buf) == Ok(16), "/dev/urandom");
    let (used, total) = machine.memory();
    log!("{cpus} CPUs, {used} of {total} bytes, cwd {}", machine.get_cwd().map_err(failed)?.escape_ascii());
    Ok(())
}

/// The archive that `tests/kernel` made.
pub fn archive(machine: &'static Machine) -> Outcome {
    let failed = |_| "a call failed";
    let big = machine.read_static(b"/app/big").ok_or("not there")?;
    check!(machine.read_file(b"releases/1/start").map_err(failed)? == b"ready", "by a path from the working directory");
    let sum: u64 = big.iter().map(|&b| u64::from(b)).sum();
    let colour = machine.getenv(b"COLOUR").ok_or("no environment")?;
    let cwd = machine.get_cwd().map_err(failed)?;
    let (colour, cwd, host) = (colour.escape_ascii(), cwd.escape_ascii(), machine.hostname());
    log!("{} bytes, sum {sum}, colour {colour}, host {host}, cwd {cwd}", big.len());
    Ok(())
}
