//! Sending by name of the function: `send/2,3`, `!`.

use alloc::sync::Arc;

use joist_vm::atom;
use joist_vm::node;
use joist_vm::port::{self, Port};
use joist_vm::process::names::{self, Registered};
use joist_vm::process::{self, NativeResult, Process, RunState, Signal};
use joist_vm::term::Term;
use joist_vm::trace::events;

use crate::table::Binding;
use crate::term_args;

pub(crate) const BINDINGS: &[Binding] = &[
    ("send", 2, |p, a| send(p, a[0], a[1])),
    ("!", 2, |p, a| send(p, a[0], a[1])),
    ("send", 3, |p, a| {
        for option in term_args::list(p, a[2])? {
            if !option.is(atom::NOSUSPEND) && !option.is(atom::NOCONNECT) {
                return Err(p.badarg());
            }
        }
        send(p, a[0], a[1])?;
        Ok(Term::atom(atom::OK))
    }),
    ("is_process_alive", 1, is_process_alive),
];

/// Is a process alive, after all signals that the caller has sent it? An exit among them counts.
fn is_process_alive(p: &mut Process, a: &[Term]) -> NativeResult {
    let pid = term_args::local_pid(p, a[0])?;
    let Some(slot) = process::lookup(pid) else { return Ok(Term::bool(false)) };
    let nothing_to_handle = {
        let inbox = slot.inbox.lock();
        let stands_still = matches!(inbox.state, RunState::Waiting | RunState::Runnable);
        inbox.pid == pid && inbox.signals.is_empty() && stands_still
    };
    if pid == p.pid() || nothing_to_handle {
        return Ok(Term::bool(true));
    }
    // It answers when it has handled what came before.
    match super::process_info::request(p, pid, |q| Term::bool(process::lookup(q.pid()).is_some())) {
        Ok(t) if t.is(atom::UNDEFINED) => Ok(Term::bool(false)),
        other => other,
    }
}

fn send(p: &mut Process, to: Term, message: Term) -> NativeResult {
    if let Some(pid) = to.as_pid() {
        process::send_from(p, pid, message);
        return Ok(message);
    }
    if let Some(name) = to.as_atom() {
        return match names::whereis(name) {
            Some(Registered::Process(pid)) => {
                process::send_named(p, pid, to, message);
                Ok(message)
            }
            Some(Registered::Port(id)) => {
                events::sends_elsewhere(p, to, message);
                to_port(p, port::lookup(id), message)
            }
            None => {
                events::sends_elsewhere(p, to, message);
                Err(p.badarg())
            }
        };
    }
    if to.as_port().is_some() {
        events::sends_elsewhere(p, to, message);
        return to_port(p, to.as_port().and_then(port::lookup), message);
    }
    if let Some(r) = to.as_reference() {
        if let Some(pid) = r.pid {
            process::send_to_alias(p, r, pid, message);
        }
        return Ok(message);
    }
    match to.as_tuple_of::<2>() {
        Some([name, at]) if name.is_atom() && at.is_atom() => {
            if at.is(node::this().name) {
                // Unlike a plain name, a name with a node is no error when nobody has it.
                return match name.as_atom().and_then(names::whereis) {
                    Some(Registered::Process(pid)) => {
                        process::send_named(p, pid, to, message);
                        Ok(message)
                    }
                    Some(what) => send(p, what.term(), message),
                    None => Ok(message),
                };
            }
            events::sends_elsewhere(p, to, message);
            // Nodes can't be connected: what is sent to another one is lost, as to one that is down.
            Ok(message)
        }
        _ if to.as_external().is_some() => {
            events::sends_elsewhere(p, to, message);
            Ok(message)
        }
        _ => Err(p.badarg()),
    }
}

/// `Port ! {Owner, {command, Data} | close | {connect, Pid}}`.
fn to_port(p: &mut Process, port: Option<Arc<Port>>, message: Term) -> NativeResult {
    let request = message.as_tuple_of::<2>().and_then(|[from, what]| Some((from.as_pid()?, *what)));
    let Some((from, what)) = request else { return bad_signal(p, message) };
    let Some(port) = port else { return Ok(message) };
    if port.state.lock().owner != from {
        return bad_signal(p, message);
    }
    if what.is(atom::CLOSE) {
        port.to_owner(|_| Term::atom(joist_vm::atom::Atom::new("closed")));
        port.close(Term::atom(atom::NORMAL));
        return Ok(message);
    }
    match what.as_tuple_of::<2>() {
        Some([k, data]) if k.is(atom::COMMAND) => {
            let Some(bytes) = super::iolist::to_bytes(*data) else { return bad_signal(p, message) };
            if port.with_driver(|d| d.command(&port, &bytes)).is_err() {
                return bad_signal(p, message);
            }
            port.state.lock().output += bytes.len() as u64;
        }
        Some([k, pid]) if k.is(atom::CONNECT) && pid.is_local_pid() => {
            let Some(pid) = pid.as_pid() else { return bad_signal(p, message) };
            port.to_owner(|_| Term::atom(joist_vm::atom::Atom::new("connected")));
            super::ports::connect(&port, pid);
        }
        _ => return bad_signal(p, message),
    }
    Ok(message)
}

/// A message that a port doesn't understand: its sender gets an exit signal `badsig`.
fn bad_signal(p: &mut Process, message: Term) -> NativeResult {
    let me = Term::pid(p.pid());
    let reason = joist_vm::heap::OwnedTerm::new(Term::atom(joist_vm::atom::Atom::new("badsig")));
    process::deliver(p.pid(), Signal::Exit { from: me, reason, linked: false });
    Ok(message)
}
