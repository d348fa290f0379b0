//! Registered names.

use alloc::vec::Vec;

use joist_vm::atom;
use joist_vm::port;
use joist_vm::process::names::{self, Registered};
use joist_vm::process::{NativeResult, Process};
use joist_vm::term::{Term, build};
use joist_vm::trace::{events, ports};

use crate::table::Binding;
use crate::term_args;

pub(crate) const BINDINGS: &[Binding] = &[
    ("register", 2, register),
    ("unregister", 1, unregister),
    ("whereis", 1, |p, a| {
        let name = term_args::atom(p, a[0])?;
        Ok(names::whereis(name).map_or(Term::atom(atom::UNDEFINED), Registered::term))
    }),
    ("registered", 0, |p, _| {
        let all: Vec<Term> = names::all().into_iter().map(Term::atom).collect();
        Ok(build::list(p, &all))
    }),
];

fn register(p: &mut Process, a: &[Term]) -> NativeResult {
    let name = term_args::atom(p, a[0])?;
    if name == atom::UNDEFINED || name == atom::FALSE || name == atom::TRUE {
        return Err(p.badarg());
    }
    let what = match (a[1].as_pid(), a[1].as_port().and_then(port::lookup)) {
        (Some(pid), _) => Registered::Process(pid),
        (None, Some(port)) => {
            let mut state = port.state.lock();
            if state.name.is_some() || state.closed {
                drop(state);
                return Err(p.badarg());
            }
            state.name = Some(name);
            Registered::Port(port.id)
        }
        _ => return Err(p.badarg()),
    };
    if names::register(name, what) {
        tell(atom::REGISTER, what, name);
        return Ok(Term::bool(true));
    }
    if let Some(port) = a[1].as_port().and_then(port::lookup) {
        port.state.lock().name = None;
    }
    Err(p.badarg())
}

/// Tells those who trace a process or port of its name.
fn tell(tag: atom::Atom, what: Registered, name: atom::Atom) {
    match what {
        Registered::Process(pid) => events::procs_of(pid, tag, Term::atom(name)),
        Registered::Port(id) => {
            if let Some(port) = port::lookup(id) {
                ports::life(&port, tag, Term::atom(name));
            }
        }
    }
}

fn unregister(p: &mut Process, a: &[Term]) -> NativeResult {
    let name = term_args::atom(p, a[0])?;
    match names::unregister(name) {
        Some(Registered::Port(id)) => {
            tell(atom::UNREGISTER, Registered::Port(id), name);
            if let Some(port) = port::lookup(id) {
                port.state.lock().name = None;
            }
            Ok(Term::bool(true))
        }
        Some(what) => {
            tell(atom::UNREGISTER, what, name);
            Ok(Term::bool(true))
        }
        None => Err(p.badarg()),
    }
}
