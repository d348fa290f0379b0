//! From a machine that is up to a node that runs: the archive and the command line give the node its world and its
//! arguments.
//!
//! Options on the command line: `hostname=NAME`, `terminal=COLUMNSxROWS` or `terminal=no` (what the console's other end
//! is), `selftest=NAME`, the network's (`net::options`); the rest is `joist_image::cmdline`'s.

use crate::console;
use crate::image;
use crate::net;
use crate::platform::{self, Machine, Setup};
use crate::report;
use crate::selftest;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use joist_image::Archive;
use joist_image::cmdline::CommandLine;

/// Starts what the command line and the image say.
/// # Errors
/// In words: there is nothing to start, or the image is broken.
pub fn start(line: &[u8]) -> Result<(), String> {
    let line = CommandLine::decode(line);
    let option = |key: &str| line.option(key).flatten().and_then(|v| core::str::from_utf8(v).ok());
    match option("terminal") {
        Some("no") => console::set_terminal(None),
        Some(size) => match parse_size(size) {
            Some(size) => console::set_terminal(Some(size)),
            None => return Err(format!("terminal={size}: neither a size like 80x24 nor \"no\"")),
        },
        None => {}
    }
    let archive = match image::archive() {
        [] => None,
        bytes => Some(Archive::new_checked(bytes).map_err(|e| format!("the image's archive: {e}"))?),
    };
    let boot = archive.as_ref().map(Archive::boot);
    let machine = platform::create(Setup {
        archive,
        environment: boot.map_or_else(Vec::new, |b| b.env_with(&line)),
        hostname: option("hostname").unwrap_or("joist"),
        cwd: boot.map_or(b"/", |b| b.cwd()),
    });
    joist_vm::platform::install(machine);
    net::start(&line)?;
    machine.follow_network();
    if let Some(name) = option("selftest") {
        selftest::run(name, machine);
    }
    let Some(boot) = boot else {
        return Err("this image holds no release: make one with `joist build`".into());
    };
    run(machine, &boot, &line)
}

/// `80x24`
fn parse_size(text: &str) -> Option<(u16, u16)> {
    let (columns, rows) = text.split_once('x')?;
    Some((columns.parse().ok()?, rows.parse().ok()?))
}

/// Hands over to the VM.
fn run(machine: &'static Machine, boot: &joist_image::Boot<'static>, line: &CommandLine) -> Result<(), String> {
    let otp = core::str::from_utf8(boot.otp()).ok().and_then(|s| s.split('.').next()?.parse().ok());
    let config = joist_bif::boot::Boot {
        args: boot.args_with(line),
        preloaded: boot.preloaded().map(|m| (m.name.to_string(), m.beam.into())).collect(),
        schedulers: joist_vm::platform::Platform::processors(machine),
        otp_release: otp.ok_or("the image doesn't say which OTP it is for: make it anew with `joist build`")?,
    };
    report::set_describe(joist_vm::sched::describe);
    match joist_bif::boot::start(config) {
        Ok(never) => match never {},
        Err(e) => Err(e.to_string()),
    }
}
