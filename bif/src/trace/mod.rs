//! Tracing: `erlang:trace/3` and what belongs to it, and sessions of the `trace` module (`erl_bif_trace.c`).

mod flags;
mod info;
mod monitor;
mod pattern;
mod profile;
mod seq;
mod session;
mod tracer;

pub(crate) use flags::BINDINGS as FLAGS;
pub(crate) use info::{BINDINGS as INFO, INTERNAL as INFO_INTERNAL};
pub(crate) use monitor::{BINDINGS as MONITOR, INTERNAL as MONITOR_INTERNAL};
pub(crate) use pattern::{BINDINGS as PATTERN, which};
pub(crate) use profile::BINDINGS as PROFILE;
pub(crate) use seq::{BINDINGS as SEQ, set_sequential_tracer};
pub(crate) use session::BINDINGS as SESSION;
pub(crate) use tracer::BINDINGS as TRACER;

use joist_vm::process::{Bail, Process};
use joist_vm::term::Term;

use joist_vm::atom::Atom;

/// `badarg` with a cause that `erl_erts_errors` explains.
fn bad(p: &mut Process, cause: &str) -> Bail {
    p.badarg_cause(Term::atom(Atom::new(cause)))
}
