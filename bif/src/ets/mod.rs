//! `ets` (`erl_db.c`): the tables themselves are in `joist_vm::ets`.

mod counters;
mod info;
mod iterate;
mod match_specs;
mod objects;
mod plan;
mod select;
mod tables;

use alloc::sync::Arc;

use joist_vm::atom::Atom;
use joist_vm::ets::{self, Table};
use joist_vm::process::{Bail, Process};
use joist_vm::sync::Mutex;
use joist_vm::term::{Pid, Term};

pub(crate) use counters::BINDINGS as COUNTERS;
pub(crate) use info::BINDINGS as INFO;
pub(crate) use info::{INTERNAL, allocator_sizes};
pub(crate) use iterate::BINDINGS as ITERATE;
pub(crate) use match_specs::BINDINGS as MATCH_SPECS;
pub(crate) use match_specs::TEST;
pub(crate) use objects::BINDINGS as OBJECTS;
pub(crate) use select::BINDINGS as SELECT;
pub(crate) use tables::BINDINGS as TABLES;

/// What is wanted of a table.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    Read,
    Write,
}

/// Processes that may do everything with every table (`erts_internal:ets_super_user/1`).
static SUPER_USERS: Mutex<alloc::collections::BTreeSet<Pid>> = Mutex::new(alloc::collections::BTreeSet::new());

/// `badarg` with the cause that `erl_stdlib_errors` explains.
fn cause(p: &mut Process, cause: &str) -> Bail {
    p.badarg_cause(Term::atom(Atom::new(cause)))
}

/// The table that a name or reference means; else why there is none.
fn find(t: Term) -> Result<Arc<Table>, &'static str> {
    let table = match t.as_atom() {
        Some(name) => ets::named(name).ok_or("id")?,
        None => {
            let magic = t.as_magic().ok_or("type")?;
            magic.clone().downcast::<Table>().map_err(|_| "type")?
        }
    };
    if table.is_alive() { Ok(table) } else { Err("id") }
}

/// The table that an argument means, for this use of it.
fn table(p: &mut Process, t: Term, access: Access) -> Result<Arc<Table>, Bail> {
    let table = find(t).map_err(|why| cause(p, why))?;
    let allowed = match access {
        Access::Read => table.readable(p.pid()),
        Access::Write => table.writable(p.pid()),
    };
    if allowed || SUPER_USERS.lock().contains(&p.pid()) { Ok(table) } else { Err(cause(p, "access")) }
}
