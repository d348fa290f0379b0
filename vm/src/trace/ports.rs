//! Events of ports: their lives, what they are told and what they say, and when their drivers run (`trace_port`,
//! `trace_port_receive`, `trace_port_send`, `trace_sched_ports` in `erl_trace.c`). Patterns of messages are for processes.

use super::flags;
use super::message::Body;
use crate::atom::{self, Atom};
use crate::heap::Fragments;
use crate::port::Port;
use crate::process;
use crate::term::{Pid, Term, build};

/// What a new port is traced for; tells of it.
pub(crate) fn opened(port: &Port, by: Pid, command: &[u8]) {
    port.traced.begin(true);
    if port.traced.has(flags::PORTS) {
        // As long as an atom may be.
        let name: alloc::string::String = alloc::string::String::from_utf8_lossy(command).chars().take(255).collect();
        let name = Term::atom(Atom::try_new(&name).unwrap_or(atom::UNDEFINED));
        port.traced.tell(Term::port(port.id), flags::PORTS, atom::OPEN, Body::with(Term::pid(by), name));
    }
}

/// Something of a port's life.
pub fn life(port: &Port, tag: Atom, what: Term) {
    port.traced.tell(Term::port(port.id), flags::PORTS, tag, Body::of(what));
}

/// A process has asked for something; `what` is not made unless somebody wants to know.
pub fn received(port: &Port, from: Pid, what: impl FnOnce(&mut Fragments) -> Term) {
    if port.traced.has(flags::RECEIVE) {
        let mut heap = Fragments::new();
        let what = what(&mut heap);
        let message = build::tuple(&mut heap, &[Term::pid(from), what]);
        port.traced.tell(Term::port(port.id), flags::RECEIVE, atom::RECEIVE, Body::of(message));
    }
}

/// The same of a command to the port's driver.
pub fn commanded(port: &Port, from: Pid, bytes: &[u8]) {
    received(port, from, |h| {
        let data = build::binary(h, bytes);
        build::tuple(h, &[Term::atom(atom::COMMAND), data])
    });
}

/// The port is given another owner.
pub fn connected(port: &Port, from: Pid, owner: Pid) {
    received(port, from, |h| build::tuple(h, &[Term::atom(atom::CONNECT), Term::pid(owner)]));
}

/// The port sends a message.
pub fn sent(port: &Port, to: Pid, message: Term) {
    if port.traced.has(flags::SEND) {
        let tag = if process::lookup(to).is_some() { atom::SEND } else { atom::SEND_TO_NON_EXISTING_PROCESS };
        port.traced.tell(Term::port(port.id), flags::SEND, tag, Body::with(message, Term::pid(to)));
    }
}

/// The port says this to who has asked something of it.
pub fn answered_with(port: &Port, to: Pid, body: Term) {
    if port.traced.has(flags::SEND) {
        let mut heap = Fragments::new();
        let message = build::tuple(&mut heap, &[Term::port(port.id), body]);
        sent(port, to, message);
    }
}

/// The port has answered a control call.
pub fn answered(port: &Port, to: Pid, bytes: &[u8]) {
    if port.traced.has(flags::SEND) {
        let mut heap = Fragments::new();
        let data = build::binary(&mut heap, bytes);
        let body = build::tuple(&mut heap, &[Term::atom(atom::CONTROL), data]);
        answered_with(port, to, body);
    }
}

/// The port's driver begins or ends to run: for the sake of this.
pub(crate) fn runs(port: &Port, tag: Atom, what: Term) {
    port.traced.tell(Term::port(port.id), flags::RUNNING_PORTS, tag, Body::of(what));
}
