//! Starting programs for ports. Between the node and the program stands, for a moment, this executable again
//! ([`super::child`]): it does in the new process what can't be asked of `std::process`.

use super::{OpenChannels, child};
use joist_vm::platform::{Channel, Command, Errno, Program};
use rustix::fs::OFlags;
use std::ffi::{OsStr, OsString};
use std::io::{Error, Result};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::process::{self, Stdio};

/// Starts a program; its channel and its process number.
pub(super) fn start(channels: &OpenChannels, program: &Program<'_>) -> Result<(Channel, u32)> {
    if let Command::File { path, .. } = program.command {
        rustix::fs::access(super::host_path(path), rustix::fs::Access::EXEC_OK)?;
    }
    let poller = channels.poller()?;
    let (from_program, its_output) = std::io::pipe()?;
    let (its_input, to_program) = std::io::pipe()?;
    let (input, output) = (OwnedFd::from(from_program), OwnedFd::from(to_program));
    rustix::fs::fcntl_setfl(&input, OFlags::NONBLOCK)?;
    rustix::fs::fcntl_setfl(&output, OFlags::NONBLOCK)?;

    let mut own = OwnDescriptors::default();
    let mut command = process::Command::new("/proc/self/exe");
    command.stderr(if program.stderr_to_stdout { Stdio::from(its_output.try_clone()?) } else { Stdio::inherit() });
    if program.reads {
        command.stdin(its_input);
    }
    if program.writes {
        command.stdout(its_output);
    }
    if !program.stdio {
        own = OwnDescriptors::new(program)?;
    }
    command.arg0("joist").arg(child::MARK).arg(own.argument()).arg(bytes(program.directory.unwrap_or_default()));
    match program.command {
        Command::Shell(line) => command.args(["/bin/sh", "sh", "-c"]).arg(bytes(&[b"exec ", line].concat())),
        Command::File { path, args } => command.arg(bytes(path)).args(args.iter().map(|a| bytes(a))),
    };
    command.env_clear();
    for variable in program.environment {
        // The first character may be a `=`: it is no end of a name.
        let end = variable.iter().skip(1).position(|b| *b == b'=').map_or(variable.len(), |at| at + 1);
        command.env(bytes(&variable[..end]), bytes(variable.get(end + 1..).unwrap_or_default()));
    }
    let child = match command.spawn() {
        // The arguments are too long: stock finds that out in the new process, which then has it for a status.
        Err(e) if e.raw_os_error() == Some(Errno::E2big.number()) => failing(&e)?,
        result => result?,
    };
    drop(command);
    let pid = child.id();
    let number = channels.number();
    let input = program.writes.then_some(input);
    let output = program.reads.then_some(output);
    let channel = channels.enter(number, input, output, false)?;
    poller.own(number, child)?;
    Ok((channel, pid))
}

fn bytes(b: &[u8]) -> &OsStr {
    OsStr::from_bytes(b)
}

/// A program that does nothing but end with an error as its status.
fn failing(e: &Error) -> Result<process::Child> {
    let status = e.raw_os_error().unwrap_or(1).to_string();
    let mut command = process::Command::new("/proc/self/exe");
    command.stdin(Stdio::null()).stdout(Stdio::null());
    command.arg0("joist").arg(child::MARK).arg(child::FAIL).arg(status).spawn()
}

/// Copies of the node's own standard descriptors for a program that is to have them beside the port's (`nouse_stdio`).
/// They are inherited; a program that is started meanwhile inherits them, too, and closes them.
#[derive(Debug, Default)]
struct OwnDescriptors(Vec<(usize, OwnedFd)>);

impl OwnDescriptors {
    fn new(program: &Program<'_>) -> Result<OwnDescriptors> {
        let mut own = Vec::new();
        if program.reads {
            own.push((0, rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdin(), child::LOWEST)?));
        }
        if program.writes {
            own.push((1, rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdout(), child::LOWEST)?));
        }
        for (_, fd) in &own {
            rustix::io::fcntl_setfd(fd, rustix::io::FdFlags::empty())?;
        }
        Ok(OwnDescriptors(own))
    }

    /// For [`child`]: `0=12,1=13,`.
    fn argument(&self) -> OsString {
        self.0.iter().map(|(to, fd)| format!("{to}={},", fd.as_raw_fd())).collect::<String>().into()
    }
}
