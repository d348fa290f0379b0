//! Sequential tracing: a token that travels with messages (`seq_trace` in `erl_bif_trace.c`, `erl_trace.c`). A token is
//! `{Flags, Label, Serial, Sender, LastSerial}`.

use super::flags;
use super::message::timestamp;
use super::tracer::Tracer;
use crate::atom::{self, Atom};
use crate::code::Mfa;
use crate::heap::{OwnedTerm, copy};
use crate::process::{self, Message, Process, Reply, Signal, SpawnOptions};
use crate::sync::Mutex;
use crate::term::{Pid, Term, build};

/// Flags of a token.
pub const SEND: i64 = 1;
pub const RECEIVE: i64 = 1 << 1;
pub const PRINT: i64 = 1 << 2;
const TIMESTAMP: i64 = 1 << 3;
const STRICT_MONOTONIC: i64 = 1 << 4;
const MONOTONIC: i64 = 1 << 5;

static TRACER: Mutex<Option<Tracer>> = Mutex::new(None);

/// The sequential tracer, while it is there.
pub fn tracer() -> Option<Tracer> {
    let mut tracer = TRACER.lock();
    *tracer = tracer.filter(|t| t.is_alive());
    *tracer
}

/// Sets the sequential tracer; answers the one before, even if it has gone.
pub fn set_tracer(new: Option<Tracer>) -> Option<Tracer> {
    core::mem::replace(&mut TRACER.lock(), new)
}

/// The parts of a token.
#[derive(Debug, Clone, Copy)]
pub struct Token {
    pub flags: i64,
    pub label: Term,
    pub serial: i64,
    pub sender: Term,
    pub last: i64,
}

impl Token {
    /// The token that a term is.
    #[must_use]
    pub fn read(t: Term) -> Option<Token> {
        let [flags, label, serial, sender, last] = *t.as_tuple_of::<5>()?;
        Some(Token { flags: flags.as_small()?, label, serial: serial.as_small()?, sender, last: last.as_small()? })
    }

    fn term(self, a: &mut impl crate::term::Alloc) -> Term {
        let parts =
            [Term::small(self.flags), self.label, Term::small(self.serial), self.sender, Term::small(self.last)];
        build::tuple(a, &parts)
    }
}

/// The flag that a name stands for.
fn flag(name: Atom) -> Option<i64> {
    Some(match name.text() {
        "send" => SEND,
        "receive" => RECEIVE,
        "print" => PRINT,
        "timestamp" => TIMESTAMP,
        "strict_monotonic_timestamp" => STRICT_MONOTONIC,
        "monotonic_timestamp" => MONOTONIC,
        _ => return None,
    })
}

/// `seq_trace(Component, Value)`: the value before; nothing if the arguments make no sense.
pub fn set(p: &mut Process, component: Term, value: Term) -> Option<Term> {
    let name = component.as_atom()?;
    if name.text() == "sequential_trace_token" {
        return value.is_nil().then(|| core::mem::replace(&mut p.seq_token, Term::NIL));
    }
    let mut token = Token::read(p.seq_token).unwrap_or(Token {
        flags: 0,
        label: Term::small(0),
        serial: 0,
        sender: Term::pid(p.pid()),
        last: p.seq_last,
    });
    let old = match (flag(name), name.text()) {
        (Some(bit), _) => {
            let on = value.as_bool()?;
            let old = Term::bool(token.flags & bit != 0);
            token.flags = if on { token.flags | bit } else { token.flags & !bit };
            old
        }
        (None, "label") => core::mem::replace(&mut token.label, value),
        (None, "serial") => {
            let [last, serial] = *value.as_tuple_of::<2>()?;
            let (last, serial) = (last.as_small()?, serial.as_small()?);
            let old = build::tuple(p, &[Term::small(token.last), Term::small(token.serial)]);
            (token.last, token.serial) = (last, serial);
            (p.seq_last, p.seq_clock) = (last, serial);
            old
        }
        (None, _) => return None,
    };
    p.seq_token = token.term(p);
    Some(old)
}

/// `seq_trace_info(Component)`.
pub fn info(p: &mut Process, component: Term) -> Option<Term> {
    let name = component.as_atom()?;
    let token = Token::read(p.seq_token);
    let value = match (flag(name), name.text(), token) {
        (Some(bit), _, token) => Term::bool(token.is_some_and(|t| t.flags & bit != 0)),
        (None, "spawn", None) => Term::bool(false),
        (None, "label" | "serial", None) => return Some(Term::NIL),
        (None, "label", Some(t)) => t.label,
        (None, "serial", Some(t)) => build::tuple(p, &[Term::small(t.last), Term::small(t.serial)]),
        _ => return None,
    };
    Some(build::tuple(p, &[component, value]))
}

/// The token counts on, since something is sent with it.
pub(crate) fn update(p: &mut Process) {
    if let Some(mut token) = Token::read(p.seq_token) {
        p.seq_clock += 1;
        (token.serial, token.last, token.sender) = (p.seq_clock, p.seq_last, Term::pid(p.pid()));
        p.seq_token = token.term(p);
    }
}

/// Tells the sequential tracer of an event, if the token has its flag.
pub(crate) fn tell(token: Term, kind: i64, receiver: Term, message: Term) {
    let (Some(token), Some(tracer)) = (Token::read(token), tracer()) else { return };
    if token.flags & kind == 0 {
        return;
    }
    let tag = match kind {
        SEND => atom::SEND,
        RECEIVE => atom::RECEIVE,
        _ => atom::PRINT,
    };
    let mut with = 0;
    for (bit, flag) in
        [(TIMESTAMP, flags::TIMESTAMP), (STRICT_MONOTONIC, flags::STRICT_MONOTONIC), (MONOTONIC, flags::MONOTONIC)]
    {
        with |= if token.flags & bit != 0 { flag } else { 0 };
    }
    tracer.send(|h| {
        let counts = build::tuple(h, &[Term::small(token.last), Term::small(token.serial)]);
        let (sender, receiver) = (copy(h, token.sender), copy(h, receiver));
        let message = copy(h, message);
        let what = build::tuple(h, &[Term::atom(tag), counts, sender, receiver, message]);
        let label = copy(h, token.label);
        match timestamp(h, with) {
            Some(time) => build::tuple(h, &[Term::atom(atom::SEQ_TRACE), label, what, time]),
            None => build::tuple(h, &[Term::atom(atom::SEQ_TRACE), label, what]),
        }
    });
}

/// `seq_trace_print`: does the process have a token (with this label)?
pub fn print(p: &mut Process, label: Option<Term>, message: Term) -> bool {
    let Some(token) = Token::read(p.seq_token) else { return false };
    if label.is_some_and(|l| !crate::term::compare::exact_eq(l, token.label)) {
        return false;
    }
    update(p);
    if !p.slot().traced.is_sensitive() {
        tell(p.seq_token, PRINT, Term::NIL, message);
    }
    true
}

/// A process with a token sends a message: it gets the token.
pub(crate) fn sending(p: &mut Process, receiver: Term, message: &mut Message) {
    update(p);
    if !p.slot().traced.is_sensitive() {
        tell(p.seq_token, SEND, receiver, message.term);
    }
    message.token = copy(&mut message.heap, p.seq_token);
}

/// A process with a token sends an exit signal, which may become this message: the token that goes with it.
pub(crate) fn exiting(p: &mut Process, to: Pid, message: Term) -> OwnedTerm {
    update(p);
    if process::lookup(to).is_some_and(|s| !s.traced.is_sensitive()) {
        tell(p.seq_token, SEND, Term::pid(to), message);
    }
    OwnedTerm::new(p.seq_token)
}

/// A process with a token makes another, which gets the token, as if it had been sent a request. (Its answer is told of
/// here, too, unless it comes as a message.)
pub(crate) fn spawning(p: &mut Process, child: &mut Process, mfa: Mfa, args: &[Term], o: &SpawnOptions) {
    update(p);
    let (me, it) = (Term::pid(p.pid()), Term::pid(child.pid()));
    let mut heap = crate::heap::Fragments::new();
    let h = &mut heap;
    let (reference, tag) = match &o.reply {
        Some(r) => (build::reference(h, r.reference), r.tag.get()),
        None => (build::reference(h, process::make_reference()), Term::atom(atom::SPAWN_REPLY)),
    };
    let name = [Term::atom(mfa.module), Term::atom(mfa.function), Term::small(i64::from(mfa.arity))];
    let name = build::tuple(h, &name);
    let options = if o.link { build::cons(h, Term::atom(atom::LINK), Term::NIL) } else { Term::NIL };
    let args = build::list(h, args);
    let request = [Term::atom(Atom::new("spawn_request")), reference, me, p.group_leader, name, options, tag, args];
    let request = build::tuple(h, &request);
    tell(p.seq_token, SEND, it, request);
    tell(p.seq_token, RECEIVE, it, request);
    child.seq_token = copy(child, p.seq_token);
    let serial = Token::read(p.seq_token).map_or(0, |t| t.serial);
    (child.seq_clock, child.seq_last) = (serial, serial);
    update(child);
    if o.reply.is_none() {
        let answer = build::tuple(h, &[tag, reference, Term::atom(atom::OK), it]);
        tell(child.seq_token, SEND, me, answer);
        let serial = Token::read(child.seq_token).map_or(0, |t| t.serial);
        (p.seq_clock, p.seq_last) = (serial, serial);
        tell(child.seq_token, RECEIVE, me, answer);
    }
}

/// The message of a new process that answers a `spawn_request`.
pub(crate) fn replying(child: &mut Process, to: Pid, reply: &Reply) -> Message {
    let it = Term::pid(child.pid());
    let mut message = Message::build(|h| {
        let (tag, reference) = (copy(h, reply.tag.get()), build::reference(h, reply.reference));
        build::tuple(h, &[tag, reference, Term::atom(atom::OK), it])
    })
    .from(child.pid());
    if !child.seq_token.is_nil() {
        tell(child.seq_token, SEND, Term::pid(to), message.term);
        message.token = copy(&mut message.heap, child.seq_token);
    }
    message
}

/// A process takes a message out of its queue: it goes on with the message's token. (One of the system's has none, and
/// leaves the process's alone.)
pub(crate) fn receiving(p: &mut Process, token: Term, message: Term) {
    if token.is_none() {
        return;
    }
    p.seq_token = token;
    if let Some(token) = Token::read(token) {
        p.seq_last = token.serial;
        p.seq_clock = p.seq_clock.max(token.serial);
        if !p.slot().traced.is_sensitive() {
            tell(p.seq_token, RECEIVE, Term::pid(p.pid()), message);
        }
    }
}

/// `system_flag(reset_seq_trace, true)`: each process does it itself, before it handles anything sent later.
pub fn reset_all(p: &mut Process) {
    p.fetch_signals();
    reset(p);
    for pid in process::pids().into_iter().filter(|pid| *pid != p.pid()) {
        process::deliver(pid, Signal::Call(alloc::boxed::Box::new(reset)));
    }
}

/// No process has a token, nor any message.
fn reset(p: &mut Process) {
    p.seq_token = Term::NIL;
    (p.seq_clock, p.seq_last) = (0, 0);
    p.mailbox.forget_tokens();
}
