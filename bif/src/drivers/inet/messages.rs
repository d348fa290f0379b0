//! The messages that a socket's port sends: answers to requests, and what an active socket tells its owner.

use alloc::vec::Vec;

use joist_vm::atom::{self, Atom};
use joist_vm::etf::{self, CodeLinker, DecodeOptions};
use joist_vm::heap::Fragments;
use joist_vm::node;
use joist_vm::port::Port;
use joist_vm::release;
use joist_vm::term::{Alloc, Pid, Term, build};

use super::codes::active;
use super::{Inet, Options, Protocol, Refusal};

/// A request that is answered by a message: `{inet_async, Port, Id, Result}`.
#[derive(Debug, Clone, Copy)]
pub struct Operation {
    pub id: u16,
    pub caller: Pid,
}

/// Who sends: the answer is `{inet_reply, Port, Status}`, since OTP 27 with the reference that came in front of the data.
#[derive(Debug)]
pub struct Caller {
    pub pid: Pid,
    tag: Option<Vec<u8>>,
}

impl Caller {
    /// The caller of a command, and the data.
    pub fn read(pid: Pid, data: &[u8]) -> Option<(Caller, &[u8])> {
        if !release::at_least(27) {
            return Some((Caller { pid, tag: None }, data));
        }
        let (len, rest) = data.split_first_chunk::<2>()?;
        let (tag, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*len)))?;
        Some((Caller { pid, tag: Some(tag.to_vec()) }, rest))
    }
}

/// `{error, Reason}`.
fn error(h: &mut Fragments, reason: Atom) -> Term {
    build::tuple(h, &[Term::atom(atom::ERROR), Term::atom(reason)])
}

/// Received bytes as the options `mode` and `header` want them; `before` more bytes in front are a list in any case.
pub fn data(h: &mut Fragments, options: &Options, before: usize, bytes: &[u8]) -> Term {
    let header = options.header.saturating_add(before);
    match bytes.split_at_checked(header) {
        Some((header, rest)) if options.binary => {
            let rest = build::binary(h, rest);
            if header.is_empty() {
                return rest;
            }
            build::list_of_ints(h, header.iter().map(|b| u32::from(*b)), rest)
        }
        _ => build::string(h, bytes),
    }
}

impl Inet {
    /// Enters a request; none if there is one already.
    pub fn begin(&mut self, caller: Pid) -> Option<Vec<u8>> {
        if self.operation.is_some() {
            return None;
        }
        let id = self.next_id();
        self.operation = Some(Operation { id, caller });
        Some(id.to_be_bytes().to_vec())
    }

    pub fn next_id(&mut self) -> u16 {
        let id = self.next_operation;
        self.next_operation = id.wrapping_add(1);
        id
    }

    /// Answers the request that waits; false if there is none.
    pub fn answer(&mut self, port: &Port, result: impl FnOnce(&mut Fragments) -> Term) -> bool {
        match self.operation.take() {
            Some(operation) => {
                answer(port, operation, result);
                true
            }
            None => false,
        }
    }

    pub fn answer_ok(&mut self, port: &Port) {
        self.answer(port, |_| Term::atom(atom::OK));
    }

    pub fn answer_error(&mut self, port: &Port, reason: Atom) {
        self.answer(port, |h| error(h, reason));
    }

    /// Answers who has sent; nothing happens if somebody has before.
    pub fn reply(&mut self, port: &Port, status: Result<(), Atom>) {
        let Some(Caller { pid, tag }) = self.caller.take() else { return };
        port.send(pid, |h| {
            let status = match status {
                Ok(()) => Term::atom(atom::OK),
                Err(reason) => error(h, reason),
            };
            let all = [Term::atom(atom::INET_REPLY), Term::port(port.id), status];
            let o = DecodeOptions { linker: &CodeLinker, node: node::this(), safe: true };
            match tag.and_then(|tag| etf::decode(h, &tag, &o).ok()) {
                Some(tag) => build::tuple(h, &[all[0], all[1], all[2], tag.term]),
                None => build::tuple(h, &all),
            }
        });
    }

    pub fn reply_error(&mut self, port: &Port, reason: impl Into<Refusal>) {
        self.reply(port, Err(reason.into().atom()));
    }

    /// A message to the port's owner, unless the port is closed already.
    pub fn tell(&self, port: &Port, make: impl FnOnce(&mut Fragments) -> Term) {
        let owner = {
            let s = port.state.lock();
            if s.closed {
                return;
            }
            s.owner
        };
        port.send(owner, make);
    }

    /// `{Name, Port}`, or `{Name, Port, Reason}`.
    pub fn tell_event(&self, port: &Port, what: &str, reason: Option<Atom>) {
        let name = Term::atom(match self.protocol {
            Protocol::Tcp => Atom::new(&alloc::format!("tcp_{what}")),
            Protocol::Udp => Atom::new(&alloc::format!("udp_{what}")),
        });
        self.tell(port, |h| match reason {
            Some(reason) => build::tuple(h, &[name, Term::port(port.id), Term::atom(reason)]),
            None => build::tuple(h, &[name, Term::port(port.id)]),
        });
    }

    /// An active socket has delivered one more: is it still active?
    pub fn count_delivery(&mut self, port: &Port) {
        match self.options.active {
            active::ONCE => self.options.active = active::PASSIVE,
            active::MULTI => {
                self.options.active_count = self.options.active_count.saturating_sub(1);
                if self.options.active_count <= 0 {
                    self.options.active = active::PASSIVE;
                    self.tell_event(port, "passive", None);
                }
            }
            _ => {}
        }
    }

    /// The queue has become empty: `{empty_out_q, Port}`.
    pub fn tell_subscribers(&mut self, port: &Port) {
        for pid in core::mem::take(&mut self.subscribers) {
            port.send(pid, |h| build::tuple(h, &[Term::atom(Atom::new("empty_out_q")), Term::port(port.id)]));
        }
    }
}

/// Answers a request.
pub fn answer(port: &Port, operation: Operation, result: impl FnOnce(&mut Fragments) -> Term) {
    port.send(operation.caller, |h| {
        let result = result(h);
        let id = Term::small(operation.id.into());
        build::tuple(h, &[Term::atom(atom::INET_ASYNC), Term::port(port.id), id, result])
    });
}

/// Answers a request that fails.
pub fn answer_error(port: &Port, operation: Operation, reason: Atom) {
    answer(port, operation, |h| error(h, reason));
}

/// `{ok, Value}`.
pub fn ok(h: &mut dyn Alloc, value: Term) -> Term {
    build::tuple(h, &[Term::atom(atom::OK), value])
}
