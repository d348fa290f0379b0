//! Ports (`erl_bif_port.c`); `erts_internal` has most of their natives.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

use joist_vm::atom;
use joist_vm::port::{self, BadCommand, Port};
use joist_vm::process::names::{self, Registered};
use joist_vm::process::{Bail, Native, NativeResult, Process, Signal, deliver};
use joist_vm::term::{Pid, Term, build};
use joist_vm::trace;

use crate::table::Binding;

pub(crate) const BINDINGS: &[Binding] = &[
    ("ports", 0, |p, _| {
        let all: Vec<Term> = port::all().into_iter().map(Term::port).collect();
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
pub(crate) fn find(p: &mut Process, t: Term) -> Result<Arc<Port>, Bail> {
    named(t).ok_or_else(|| p.badarg())
}

pub(crate) fn named(t: Term) -> Option<Arc<Port>> {
    if let Some(name) = t.as_atom() {
        return match names::whereis(name)? {
            Registered::Port(id) => port::lookup(id),
            Registered::Process(_) => None,
        };
    }
    port::lookup(t.as_port()?)
}

/// Calls `again` when the port is no longer busy: until then the process is suspended.
pub(crate) fn wait_while_busy(p: &mut Process, port: &Port, again: Native, args: &[Term]) -> NativeResult {
    if !port.wait_while_busy(p.pid()) {
        return again(p, args);
    }
    p.flags.waits_for_port = true;
    Err(p.wait_for(again, args))
}

/// An output that is no io list: the logger hears of it.
pub(crate) fn bad_output(p: &mut Process, port: &Port) {
    let name = build::string(p, &port.command);
    joist_vm::report::log(p, atom::ERROR, "Bad value on output port '~s'~n", &[name]);
}

/// Hands output to the port's driver.
pub(crate) fn output(p: &mut Process, port: &Arc<Port>, from: Pid, bytes: &[u8]) -> Result<(), BadCommand> {
    port.run(p, atom::COMMAND, |p| {
        trace::ports::commanded(port, p.pid(), bytes);
        port.with_driver(|d| d.command(port, from, bytes))
    })?;
    port.state.lock().output += bytes.len() as u64;
    Ok(())
}

/// `port_connect/2`: gives a port another owner, linked to it; the old one stays linked.
pub(crate) fn connect(port: &Arc<Port>, from: Pid, pid: Pid) -> bool {
    let id = port.id;
    let new = {
        let mut s = port.state.lock();
        if s.closed {
            return false;
        }
        s.links.insert(pid)
    };
    let note = move |p: &mut Process| {
        p.links.ports.insert(id);
    };
    if new && deliver(pid, Signal::Call(Box::new(note))).is_some() {
        port.state.lock().links.remove(&pid);
        return false;
    }
    if new {
        trace::ports::life(port, atom::GETTING_LINKED, Term::pid(pid));
    }
    port.state.lock().owner = pid;
    trace::ports::connected(port, from, pid);
    trace::ports::answered_with(port, from, Term::atom(atom::CONNECTED));
    true
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
            let links: Vec<Term> = port.state.lock().links.iter().map(|l| Term::pid(*l)).collect();
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
        // Ports of ours monitor nobody.
        atom::MONITORS => Term::NIL,
        atom::MONITORED_BY => {
            let by: Vec<Term> = port.state.lock().monitored_by.values().map(|l| Term::pid(*l)).collect();
            build::list(p, &by)
        }
        atom::QUEUE_SIZE => Term::small(port.with_driver(|d| d.queued()) as i64),
        atom::MEMORY => {
            let s = port.state.lock();
            Term::small(((s.links.len() + s.monitored_by.len()) * LINK + s.data.words() * 8) as i64)
        }
        atom::PARALLELISM => Term::bool(port.settings.parallelism),
        atom::LOCKING => {
            let port_level = port.with_driver(|d| d.locks_port());
            Term::atom(atom::Atom::new(if port_level { "port_level" } else { "driver_level" }))
        }
        _ => return None,
    };
    Some(Ok(build::tuple(p, &[Term::atom(item), value])))
}

/// About what a link or monitor takes, in bytes.
const LINK: usize = 48;
