//! Programs of the host as ports: `{spawn, Line}` for the shell, `{spawn_executable, File}` (the driver `spawn` of
//! `sys_drivers.c`).

use alloc::vec::Vec;

use joist_vm::atom::Atom;
use joist_vm::platform::{Channel, Command, Errno, Program, platform};

use super::options::Options;
use crate::prim_file;

/// What is run, and how it was asked for.
pub(super) enum Run<'a> {
    Line(&'a [u8]),
    File(&'a [u8]),
}

/// Starts a program; its channel and process number.
pub(super) fn start(run: &Run<'_>, options: &Options) -> Result<(Channel, u32), Atom> {
    let directory = options.directory.and_then(|d| prim_file::name_bytes(d, true));
    let environment = options.environment();
    let args: Vec<Vec<u8>>;
    let command = match run {
        Run::Line(line) => Command::Shell(line),
        Run::File(path) => {
            let first = options.arg0.clone().unwrap_or_else(|| path.to_vec());
            args = core::iter::once(first).chain(options.args.iter().flatten().cloned()).collect();
            Command::File { path, args: &args }
        }
    };
    let program = Program {
        command,
        directory: directory.as_deref(),
        environment: &environment,
        reads: options.output,
        writes: options.input,
        stdio: !options.nouse_stdio,
        stderr_to_stdout: options.stderr_to_stdout,
    };
    platform().start_program(&program).map_err(|e| Atom::new(refusal(run, e).name()))
}

/// Where no programs can be run, a file that couldn't be run anywhere is told by its own error.
fn refusal(run: &Run<'_>, error: Errno) -> Errno {
    match (run, error) {
        (Run::File(path), Errno::Enotsup) => match platform().info(path, true) {
            Ok(file) if file.mode & 0o111 == 0 => Errno::Eacces,
            Ok(_) => error,
            Err(missing) => missing,
        },
        _ => error,
    }
}
