//! A port over descriptors that are none: it is there, as stock's is, and fails when something is written
//! (`bad_fd_in_pollset` in `erl_check_io.c`).

use alloc::sync::Arc;
use alloc::vec::Vec;

use joist_vm::atom::{self, Atom};
use joist_vm::port::{BadCommand, Driver, Port};
use joist_vm::process::Process;
use joist_vm::report;
use joist_vm::term::{Pid, Term, build};

pub(super) struct Nowhere;

impl Driver for Nowhere {
    fn command(&mut self, port: &Arc<Port>, _: Pid, _: &[u8]) -> Result<(), BadCommand> {
        port.fail(Atom::new("ebadf"));
        Ok(())
    }

    fn control(&mut self, _: &Arc<Port>, _: Pid, _: u32, _: &[u8]) -> Result<Vec<u8>, BadCommand> {
        Err(BadCommand)
    }
}

/// Nothing will ever come in: the log is told.
pub(super) fn no_input(p: &mut Process, port: &Port, descriptor: u32, name: &[u8]) {
    let name = build::string(p, name);
    let args = [Term::small(i64::from(descriptor)), Term::port(port.id), name];
    report::log(p, atom::ERROR, "Bad input fd in erts_poll()! fd=~w, port=~w, driver=fd, name=~s~n~n", &args);
}
