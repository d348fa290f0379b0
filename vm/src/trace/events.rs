//! Events of processes: messages sent and received, births and deaths, links, names, scheduling, collections
//! (`trace_send`, `trace_receive`, `trace_proc`, `trace_sched`, `trace_gc` in `erl_trace.c`).

use alloc::vec::Vec;

use super::flags;
use super::host::TraceHost;
use super::message::{self, Body};
use super::session::Messages;
use super::tracee::{CHILDREN, LINKED, Trace, Traced};
use crate::atom::{self, Atom};
use crate::code::{self, Mfa};
use crate::match_spec::{Matcher, Subject};
use crate::node;
use crate::process::{self, Message, Process};
use crate::term::{Pid, Term, build};

/// What a session's pattern says about a message: nothing if it is not to be told of.
fn result(p: &mut Process, t: &Trace, messages: &Messages, args: &[Term]) -> Option<Term> {
    let spec = match messages {
        Messages::None => return None,
        Messages::All => return Some(Term::bool(true)),
        Messages::Matching(spec) => spec.clone(),
    };
    let mut host = TraceHost { p, session: &t.session, caller: core::ptr::null() };
    let matched = Matcher::new(&spec.program).run(&mut host, Subject::Arguments(args))?;
    (!matched.value.is(atom::FALSE)).then_some(matched.value)
}

/// A process sends a message. `to` is what it named the receiver by.
pub(crate) fn sent(p: &mut Process, to: Term, message: Term) {
    let me = Term::pid(p.pid());
    for t in p.slot().traced.with(flags::SEND) {
        let send = t.session.settings.lock().send.clone();
        let Some(result) = result(p, &t, &send, &[to, message]) else { continue };
        // The pattern may have silenced or stopped the trace.
        let Some(now) = p.slot().traced.of(&t.session) else { continue };
        if matches!(send, Messages::Matching(_)) && now.flags & flags::SILENT != 0 || t.tracer.term() == me {
            continue;
        }
        let gone = to.as_pid().is_some_and(|pid| process::lookup(pid).is_none());
        let tag = if gone { atom::SEND_TO_NON_EXISTING_PROCESS } else { atom::SEND };
        message::send(t.tracer, now.flags, me, tag, Body { message, extra: Some(to), result });
    }
}

/// A process sends something to what is no process of this node: nobody, a port, another node.
pub fn sends_elsewhere(p: &mut Process, to: Term, message: Term) {
    if p.slot().traced.has(flags::SEND) {
        sent(p, to, message);
    }
}

/// A message comes into a process's queue.
pub(crate) fn received(p: &mut Process, message: &Message) {
    let from = message.from;
    let (node, from) = if from.is_pid() {
        (Term::atom(node_of(from)), from)
    } else {
        (if from.is_none() { Term::atom(atom::SYSTEM) } else { from }, Term::atom(atom::UNDEFINED))
    };
    tell_received(p, node, from, message.term);
}

fn node_of(pid: Term) -> Atom {
    pid.as_external().map_or(node::this().name, |e| e.node)
}

/// The time of a receive is over.
pub(crate) fn timed_out(p: &mut Process) {
    let clock = Term::atom(atom::CLOCK_SERVICE);
    tell_received(p, clock, Term::atom(atom::UNDEFINED), Term::atom(atom::TIMEOUT));
}

fn tell_received(p: &mut Process, node: Term, from: Term, message: Term) {
    let me = Term::pid(p.pid());
    for t in p.slot().traced.with(flags::RECEIVE) {
        let receive = t.session.settings.lock().receive.clone();
        let Some(result) = result(p, &t, &receive, &[node, from, message]) else { continue };
        let silent = p.slot().traced.of(&t.session).is_none_or(|now| now.flags & flags::SILENT != 0);
        if matches!(receive, Messages::Matching(_)) && silent || t.tracer.term() == me {
            continue;
        }
        message::send(t.tracer, t.flags, me, atom::RECEIVE, Body { message, extra: None, result });
    }
}

/// Something of a process's life, for those who trace `procs`.
pub fn procs(p: &Process, tag: Atom, what: Term) {
    p.slot().traced.tell(Term::pid(p.pid()), flags::PROCS, tag, Body::of(what));
}

/// As [`procs`], for a process that need not be the caller.
pub fn procs_of(pid: Pid, tag: Atom, what: Term) {
    if let Some(slot) = process::lookup(pid) {
        slot.traced.tell(Term::pid(pid), flags::PROCS, tag, Body::of(what));
    }
}

/// What a new process inherits: what sessions want of new ones, and what its parent hands on.
pub(crate) fn born(child: &Traced, parent: Option<&Traced>, linked: bool) {
    child.begin(false);
    let Some(parent) = parent else { return };
    if parent.has(flags::INHERIT) {
        child.inherit(parent, CHILDREN.0, CHILDREN.1);
        if linked {
            child.inherit(parent, LINKED.0, LINKED.1);
        }
    }
}

/// Tells of a spawn, on both sides.
pub(crate) fn spawned(parent: Option<(Pid, &Traced)>, child: (Pid, &Traced), mfa: Mfa, args: &[Term], linked: bool) {
    let wanted = |t: &Traced| t.has(flags::PROCS);
    if !wanted(child.1) && !parent.is_some_and(|p| wanted(p.1)) {
        return;
    }
    let mut heap = crate::heap::Fragments::new();
    let list = build::list(&mut heap, args);
    let call = build::tuple(&mut heap, &[Term::atom(mfa.module), Term::atom(mfa.function), list]);
    let (me, by) = (Term::pid(child.0), parent.map_or(Term::atom(atom::UNDEFINED), |p| Term::pid(p.0)));
    if let Some((_, traced)) = parent {
        traced.tell(by, flags::PROCS, atom::SPAWN, Body::with(me, call));
        if linked {
            traced.tell(by, flags::PROCS, atom::LINK, Body::of(me));
        }
    }
    child.1.tell(me, flags::PROCS, atom::SPAWNED, Body::with(by, call));
    if linked {
        child.1.tell(me, flags::PROCS, atom::GETTING_LINKED, Body::of(by));
    }
}

/// A process links itself to another, which may take over its traces.
pub fn links(p: &Process, other: Pid) {
    let from = &p.slot().traced;
    if from.has(LINKED.0 | LINKED.1)
        && let Some(slot) = process::lookup(other)
    {
        slot.traced.inherit(from, LINKED.0, LINKED.1);
    }
}

/// The function that a process is in.
fn current(p: &mut Process) -> Term {
    if let Some(native) = p.paused.as_ref().and_then(|paused| paused.of) {
        let (m, f) = (Term::atom(native.module), Term::atom(native.function));
        return build::tuple(p, &[m, f, Term::small(i64::from(native.arity))]);
    }
    let at = code::locate(p.pc).or_else(|| p.return_locations(1).pop());
    // A process that has not run yet may begin with a native.
    let m = at.map_or(p.initial_call, |l| l.mfa);
    build::tuple(p, &[Term::atom(m.module), Term::atom(m.function), Term::small(i64::from(m.arity))])
}

/// A slice begins or ends.
pub(crate) fn scheduled(p: &mut Process, tag: Atom) {
    let mask = flags::RUNNING | flags::RUNNING_PROCS;
    let what = current(p);
    p.slot().traced.tell(Term::pid(p.pid()), mask, tag, Body::of(what));
}

/// A process waits for a port's work, or goes on after it.
pub(crate) fn rests(p: &mut Process, tag: Atom, caller: Option<code::Location>) {
    let what = match caller {
        Some(l) => {
            let (m, f) = (Term::atom(l.mfa.module), Term::atom(l.mfa.function));
            build::tuple(p, &[m, f, Term::small(i64::from(l.mfa.arity))])
        }
        None => Term::small(0),
    };
    p.slot().traced.tell(Term::pid(p.pid()), flags::RUNNING_PROCS, tag, Body::of(what));
}

/// A process has exited.
pub(crate) fn exited(p: &mut Process) {
    let me = Term::pid(p.pid());
    p.slot().traced.tell(me, flags::EXITING, atom::OUT_EXITED, Body::of(Term::small(0)));
}

/// A collection begins or ends; `need`: words that it is to make room for, or has reclaimed.
pub(crate) fn collected(p: &Process, tag: Atom, words: usize) {
    let traced = &p.slot().traced;
    let mut heap = crate::heap::Fragments::new();
    let mut pairs: Vec<(Atom, usize)> = alloc::vec![(atom::WORDSIZE, words)];
    pairs.extend(p.gc_info().map(|(name, n)| (Atom::new(name), n)));
    let pairs: Vec<Term> =
        pairs.into_iter().map(|(k, n)| build::tuple(&mut heap, &[Term::atom(k), Term::small(n as i64)])).collect();
    let list = build::list(&mut heap, &pairs);
    traced.tell(Term::pid(p.pid()), flags::GARBAGE_COLLECTION, tag, Body::of(list));
}
