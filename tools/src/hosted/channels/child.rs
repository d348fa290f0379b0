//! What a port's program is before it becomes the program (`start_new_child` in OTP's `erl_child_setup.c`): a session of
//! its own, the descriptors and the directory that were asked for. What fails here is the program's exit status.

use rustix::process::{PidfdFlags, PidfdGetfdFlags};
use std::ffi::{CString, OsString};
use std::io::{Error, Result, Write};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, IntoRawFd, OwnedFd};
use std::os::unix::ffi::OsStringExt;

/// The first argument of a process that is to become a program. Then: descriptors, directory, file, arguments.
pub const MARK: &str = "--port-program";
/// In place of the descriptors: the next argument is the status to end with.
pub const FAIL: &str = "fail";
/// Above the numbers that a program is given.
pub const LOWEST: i32 = 10;

/// Becomes the program, if that is what this process is for.
pub fn enter() {
    let mut args = std::env::args_os().skip(1);
    if args.next().is_none_or(|a| a != MARK) {
        return;
    }
    let error = match run(args) {
        Ok(never) => match never {},
        Err(e) => e,
    };
    std::process::exit(error.raw_os_error().unwrap_or(1));
}

fn run(mut args: impl Iterator<Item = OsString>) -> Result<std::convert::Infallible> {
    let mut next = || args.next().map(OsString::into_vec).unwrap_or_default();
    let own = String::from_utf8(next()).unwrap_or_default();
    if own == FAIL {
        let status = String::from_utf8(next()).ok().and_then(|s| s.parse().ok());
        return Err(Error::from_raw_os_error(status.unwrap_or(1)));
    }
    // Where it was started it can't lead a session yet.
    let _ = rustix::process::setsid();
    let directory = next();
    if !directory.is_empty()
        && let Err(e) = std::env::set_current_dir(super::super::host_path(&directory))
    {
        let text = [b"spawn: Could not cd to ", &directory[..], b"\r\n"].concat();
        // Nobody is left to hear of an error.
        let _ = std::io::stderr().write_all(&text);
        return Err(e);
    }
    descriptors(&own)?;
    let path = CString::new(next())?;
    let args = args.map(|a| CString::new(a.into_vec())).collect::<std::result::Result<Vec<_>, _>>()?;
    let env = std::env::vars_os().map(|(k, v)| CString::new([k.into_vec(), v.into_vec()].join(&b'=')));
    let env = env.collect::<std::result::Result<Vec<_>, _>>()?;
    // Not `std`'s: that would have SIGPIPE end the program, which stock ignores for it.
    Ok(nix::unistd::execve(&path, &args, &env)?)
}

/// `nouse_stdio`: the pipes go from 0 and 1 to 3 and 4, and the node's own descriptors are put there. Nothing else is
/// left open, whoever it was inherited from.
fn descriptors(own: &str) -> Result<()> {
    let (mut input, mut output) = (None, None);
    for entry in own.split(',').filter(|e| !e.is_empty()) {
        let (to, from) = entry.split_once('=').unwrap_or_default();
        let from = descriptor(from.parse().unwrap_or(u32::MAX))?;
        *(if to == "0" { &mut input } else { &mut output }) = Some(from);
    }
    let ours: Vec<i32> = [&input, &output].into_iter().flatten().map(AsRawFd::as_raw_fd).collect();
    for number in open_numbers()?.into_iter().filter(|n| *n > 2 && !ours.contains(n)) {
        // The one of the directory that was just read is closed already.
        let _ = nix::unistd::close(number);
    }
    if let Some(own) = input {
        move_to(rustix::stdio::stdin(), 3)?;
        rustix::stdio::dup2_stdin(&own)?;
    }
    if let Some(own) = output {
        move_to(rustix::stdio::stdout(), 4)?;
        rustix::stdio::dup2_stdout(&own)?;
    }
    Ok(())
}

/// The descriptors that are open.
fn open_numbers() -> Result<Vec<i32>> {
    let entries = std::fs::read_dir("/proc/self/fd")?;
    Ok(entries.filter_map(|e| e.ok()?.file_name().to_str()?.parse().ok()).collect())
}

/// Has a descriptor at this number, too, which is free.
fn move_to(fd: BorrowedFd<'_>, number: i32) -> Result<()> {
    let copy = rustix::io::fcntl_dupfd_cloexec(fd, number)?;
    if copy.as_raw_fd() != number {
        return Err(Error::from_raw_os_error(rustix::io::Errno::BADF.raw_os_error()));
    }
    rustix::io::fcntl_setfd(&copy, rustix::io::FdFlags::empty())?;
    let _ = copy.into_raw_fd();
    Ok(())
}

/// A copy of this process's descriptor of that number, at a number that is out of the way.
pub fn descriptor(number: u32) -> Result<OwnedFd> {
    let copied = |fd| Ok(rustix::io::fcntl_dupfd_cloexec(fd, LOWEST)?);
    match number {
        0 => return copied(rustix::stdio::stdin()),
        1 => return copied(rustix::stdio::stdout()),
        2 => return copied(rustix::stdio::stderr()),
        _ => {}
    }
    let this = rustix::process::pidfd_open(rustix::process::getpid(), PidfdFlags::empty())?;
    let number = i32::try_from(number).map_err(|_| Error::from_raw_os_error(rustix::io::Errno::BADF.raw_os_error()))?;
    let copy = rustix::process::pidfd_getfd(this, number, PidfdGetfdFlags::empty())?;
    copied(copy.as_fd())
}
