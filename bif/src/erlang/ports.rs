//! Ports (`erl_bif_port.c`); `erts_internal` has most of their natives.

use alloc::sync::Arc;

use joist_vm::atom;
use joist_vm::port::{self, Port};
use joist_vm::process::{NativeResult, Process};
use joist_vm::term::{Pid, Term, build};

use crate::table::Binding;

pub(crate) const BINDINGS: &[Binding] = &[
    ("ports", 0, |p, _| {
        let all: alloc::vec::Vec<Term> = port::all().into_iter().map(Term::port).collect();
        Ok(build::list(p, &all))
    }),
    ("port_set_data", 2, |p, a| {
        let port = find(p, a[0])?;
        port.state.lock().data = joist_vm::heap::OwnedTerm::new(a[1]);
        Ok(Term::bool(true))
    }),
    ("port_get_data", 1, |p, a| {
        let port = find(p, a[0])?;
        let data = port.state.lock().data.clone();
        Ok(joist_vm::heap::copy(p, data.get()))
    }),
];

/// The open port that an identifier or a registered name stands for.
pub(crate) fn find(p: &mut Process, t: Term) -> Result<Arc<Port>, joist_vm::process::Bail> {
    named(t).ok_or_else(|| p.badarg())
}

pub(crate) fn named(t: Term) -> Option<Arc<Port>> {
    if let Some(name) = t.as_atom() {
        return match joist_vm::process::names::whereis(name)? {
            joist_vm::process::names::Registered::Port(id) => port::lookup(id),
            joist_vm::process::names::Registered::Process(_) => None,
        };
    }
    port::lookup(t.as_port()?)
}

/// Gives a port another owner.
pub(crate) fn connect(port: &Arc<Port>, pid: Pid) {
    let mut s = port.state.lock();
    s.owner = pid;
    s.links.insert(pid);
    let id = port.id;
    drop(s);
    let note = move |p: &mut Process| {
        p.links.ports.insert(id);
    };
    let _ = joist_vm::process::deliver(pid, joist_vm::process::Signal::Call(alloc::boxed::Box::new(note)));
}

/// One item of `port_info/2`; none for an unknown item.
pub(crate) fn info(p: &mut Process, port: &Arc<Port>, item: atom::Atom) -> Option<NativeResult> {
    let value = match item {
        atom::NAME => {
            let name = port.command.clone();
            build::string(p, &name)
        }
        atom::CONNECTED => Term::pid(port.state.lock().owner),
        atom::LINKS => {
            let links: alloc::vec::Vec<Term> = port.state.lock().links.iter().map(|l| Term::pid(*l)).collect();
            build::list(p, &links)
        }
        atom::ID => Term::small(port.id.0 as i64),
        atom::INPUT => {
            let n = port.state.lock().input;
            build::unsigned(p, n)
        }
        atom::OUTPUT => {
            let n = port.state.lock().output;
            build::unsigned(p, n)
        }
        atom::REGISTERED_NAME => match port.state.lock().name {
            Some(name) => Term::atom(name),
            None => return Some(Ok(Term::NIL)),
        },
        atom::OS_PID => match port.with_driver(|d| d.os_pid()) {
            Some(pid) => Term::small(i64::from(pid)),
            None => Term::atom(atom::UNDEFINED),
        },
        atom::MONITORS | atom::MONITORED_BY => {
            let by: alloc::vec::Vec<Term> = if item == atom::MONITORED_BY {
                port.state.lock().monitored_by.values().map(|l| Term::pid(*l)).collect()
            } else {
                alloc::vec::Vec::new()
            };
            build::list(p, &by)
        }
        atom::QUEUE_SIZE | atom::MEMORY => Term::small(0),
        atom::PARALLELISM | atom::LOCKING => Term::bool(false),
        _ => return None,
    };
    Some(Ok(build::tuple(p, &[Term::atom(item), value])))
}
