//! Sending by name of the function: `send/2,3`, `!`.

use alloc::sync::Arc;

use joist_vm::atom::{self, Atom};
use joist_vm::heap::OwnedTerm;
use joist_vm::node;
use joist_vm::port::{self, Port};
use joist_vm::process::names::{self, Registered};
use joist_vm::process::{self, ExitWay, NativeResult, Process, RunState, Signal};
use joist_vm::term::{Pid, PortId, Term};
use joist_vm::trace::events;

use super::ports;
use crate::table::Binding;
use crate::term_args::{self, badopt};

pub(crate) const BINDINGS: &[Binding] = &[
    ("send", 2, |p, a| send(p, a[0], a[1])),
    ("!", 2, |p, a| send(p, a[0], a[1])),
    ("send", 3, |p, a| {
        p.flags.waits_for_port = false;
        let (mut nosuspend, mut priority) = (false, false);
        for option in a[2].list_to_vec().ok_or_else(|| badopt(p))? {
            match option.as_atom() {
                Some(atom::NOSUSPEND) => nosuspend = true,
                Some(atom::NOCONNECT) => {}
                _ if super::links::is_priority(option) => priority = true,
                _ => return Err(badopt(p)),
            }
        }
        if let Some(port) = ports::named(a[0]) {
            if to_port(p, &port, a[1]).is_some() {
                return Ok(Term::atom(atom::OK));
            }
            if nosuspend {
                return Ok(Term::atom(atom::NOSUSPEND));
            }
            let again: process::Native = |p, a| send(p, a[0], a[1]).map(|_| Term::atom(atom::OK));
            return ports::wait_while_busy(p, &port, again, a);
        }
        match a[0].as_reference().and_then(|r| Some((r, r.pid?))) {
            Some((r, pid)) if priority => process::send_to_alias(p, r, pid, a[1], true),
            _ => {
                send(p, a[0], a[1])?;
            }
        }
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
    match super::process_info::request(p, pid, |q, _| Term::bool(process::lookup(q.pid()).is_some())) {
        Ok(t) if t.is(atom::UNDEFINED) => Ok(Term::bool(false)),
        other => other,
    }
}

fn send(p: &mut Process, to: Term, message: Term) -> NativeResult {
    p.save_send();
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
                send_to_port(p, to, id, message)
            }
            None => {
                events::sends_elsewhere(p, to, message);
                Err(p.badarg())
            }
        };
    }
    if let Some(id) = to.as_port() {
        events::sends_elsewhere(p, to, message);
        return send_to_port(p, to, id, message);
    }
    if let Some(r) = to.as_reference() {
        if let Some(pid) = r.pid {
            process::send_to_alias(p, r, pid, message, false);
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

/// Sends to a port; what is sent to one that is gone is lost.
fn send_to_port(p: &mut Process, to: Term, id: PortId, message: Term) -> NativeResult {
    p.flags.waits_for_port = false;
    let Some(port) = port::lookup(id) else { return Ok(message) };
    match to_port(p, &port, message) {
        Some(()) => Ok(message),
        None => ports::wait_while_busy(p, &port, |p, a| send(p, a[0], a[1]), &[to, message]),
    }
}

/// `Port ! {Owner, {command, Data} | close | {connect, Pid}}`; none: the port is busy.
fn to_port(p: &mut Process, port: &Arc<Port>, message: Term) -> Option<()> {
    let request = message.as_tuple_of::<2>().and_then(|[from, what]| Some((from.as_pid()?, *what)));
    let Some((from, what)) = request else {
        bad_signal(port);
        return Some(());
    };
    let owner = port.state.lock().owner;
    let request = match (what.as_atom(), what.as_tuple_of::<2>()) {
        (Some(atom::CLOSE), _) => Request::Close,
        (_, Some([k, data])) if k.is(atom::COMMAND) => Request::Command(*data),
        (_, Some([k, pid])) if k.is(atom::CONNECT) => Request::Connect(pid.as_pid()),
        _ => {
            bad_signal(port);
            return Some(());
        }
    };
    match request {
        Request::Command(_) if port.is_busy() => return None,
        _ if owner != from => bad_signal(port),
        Request::Close => port.run(p, atom::CLOSE, |_| port.close_and_answer(from)),
        Request::Command(data) => match super::iolist::to_bytes(data) {
            Some(bytes) => {
                p.charge(bytes.len() / 100);
                if ports::output(p, port, from, &bytes).is_err() {
                    bad_signal(port);
                }
            }
            None => {
                ports::bad_output(p, port);
                bad_signal(port);
            }
        },
        // Unlike `port_connect/2`, this links nobody.
        Request::Connect(Some(pid)) => {
            port.run(p, atom::CONNECT, |_| {
                joist_vm::trace::ports::connected(port, from, pid);
                port.to_owner(|_| Term::atom(atom::CONNECTED));
                port.state.lock().owner = pid;
            });
        }
        Request::Connect(None) => bad_signal(port),
    }
    Some(())
}

enum Request {
    Close,
    Command(Term),
    Connect(Option<Pid>),
}

/// A message that a port doesn't understand: its owner gets an exit signal `badsig`.
fn bad_signal(port: &Arc<Port>) {
    let owner = port.state.lock().owner;
    let reason = OwnedTerm::new(Term::atom(Atom::new("badsig")));
    process::deliver(owner, Signal::Exit { from: Term::port(port.id), reason, way: ExitWay::Signal });
}
