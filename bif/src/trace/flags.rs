//! `erts_internal:trace/3,4`: which processes and ports are traced, for what, by whom; `erlang:trace_delivered/1`.

use alloc::sync::Arc;

use joist_vm::atom;
use joist_vm::port;
use joist_vm::process::{self, Message, NativeResult, Process, Signal, make_reference};
use joist_vm::sched;
use joist_vm::term::{Term, build};
use joist_vm::trace::flags::{self, Flags};
use joist_vm::trace::{self, AlreadyTraced, Session, Traced, Tracer, session};

use super::bad;
use super::session::of_term;
use crate::table::Binding;
use crate::term_args;

pub(crate) const BINDINGS: &[Binding] = &[
    ("trace", 3, |p, a| trace(p, &session::first(), a)),
    ("trace", 4, |p, a| {
        let session = of_term(p, a[0])?;
        trace(p, &session, &a[1..])
    }),
];

/// `erlang:trace_delivered/1`: a process's trace messages are delivered when they are made, so all have been.
pub(super) fn delivered(p: &mut Process, a: &[Term]) -> NativeResult {
    if !a[0].is(atom::ALL) && a[0].as_pid().is_none() {
        return Err(p.badarg());
    }
    let r = make_reference();
    let target = a[0];
    let message = Message::from_system(|h| {
        let r = build::reference(h, r);
        build::tuple(h, &[Term::atom(atom::Atom::new("trace_delivered")), target, r])
    });
    process::deliver(p.pid(), Signal::Message(message));
    Ok(build::reference(p, r))
}

/// What the list of flags says.
struct Request {
    mask: Flags,
    tracer: Option<Tracer>,
    cpu_timestamp: bool,
}

fn request(list: Term, with_tracer: bool) -> Option<Request> {
    let mut r = Request { mask: 0, tracer: None, cpu_timestamp: false };
    let mut items = list.list();
    for item in items.by_ref() {
        match item.as_atom() {
            Some(name) if name.text() == "cpu_timestamp" => r.cpu_timestamp = true,
            Some(name) => r.mask |= flags::of_name(name)?,
            None if with_tracer => r.tracer = Some(trace::tracer_of(item)?),
            None => return None,
        }
    }
    items.rest().is_nil().then_some(r)
}

/// The processes and ports that a specification means.
#[derive(Default)]
struct Which {
    processes: bool,
    ports: bool,
    existing: bool,
    new: bool,
}

fn which(name: &str) -> Option<Which> {
    let (processes, ports, existing, new) = match name {
        "all" => (true, true, true, true),
        "processes" => (true, false, true, true),
        "ports" => (false, true, true, true),
        "existing" => (true, true, true, false),
        "existing_processes" => (true, false, true, false),
        "existing_ports" => (false, true, true, false),
        "new" => (true, true, false, true),
        "new_processes" => (true, false, false, true),
        "new_ports" => (false, true, false, true),
        _ => return None,
    };
    Some(Which { processes, ports, existing, new })
}

/// `(PidPortSpec, How, FlagList)`: how many are concerned.
fn trace(p: &mut Process, session: &Arc<Session>, a: &[Term]) -> NativeResult {
    let Some(r) = request(a[2], session.is_first()) else { return Err(bad(p, "badopt")) };
    let on = term_args::boolean(p, a[1])?;
    let tracer = match (session.tracer, r.tracer) {
        (Some(t), _) | (None, Some(t)) => Some(t),
        (None, None) => on.then(|| Tracer::Process(p.pid())),
    };
    trace::tidy();
    if let Some(pid) = a[0].as_pid() {
        let Some(slot) = process::lookup(pid).filter(|_| !r.cpu_timestamp) else { return Err(p.badarg()) };
        return one(p, &slot.traced, session, on, r.mask, tracer);
    }
    if let Some(id) = a[0].as_port() {
        let Some(port) = port::lookup(id).filter(|_| !r.cpu_timestamp) else { return Err(p.badarg()) };
        return one(p, &port.traced, session, on, r.mask, tracer);
    }
    let name = a[0].as_atom().map_or("", |n| n.text());
    let Some(which) = which(name) else { return Err(p.badarg()) };
    if r.cpu_timestamp {
        if name != "all" {
            return Err(p.badarg());
        }
        trace::message::set_cpu_timestamp(on);
    }
    let count = sched::stop_the_world(|| many(session, &which, on, r.mask, tracer));
    Ok(Term::small(count as i64))
}

fn one(
    p: &mut Process,
    traced: &Traced,
    session: &Arc<Session>,
    on: bool,
    mask: Flags,
    tracer: Option<Tracer>,
) -> NativeResult {
    match traced.set(session, on, mask, tracer) {
        Ok(()) => Ok(Term::small(1)),
        Err(AlreadyTraced) => {
            joist_vm::report::log(p, atom::ERROR, "** can only have one tracer per process\n", &[]);
            Err(p.badarg())
        }
    }
}

fn many(session: &Arc<Session>, which: &Which, on: bool, mask: Flags, tracer: Option<Tracer>) -> usize {
    let mut count = 0;
    let modifies = mask & flags::MODIFIERS != 0;
    let only = |kind: Flags| mask & kind & !flags::MODIFIERS != 0;
    if which.existing {
        if which.processes && (only(flags::OF_PROCESSES) || modifies) {
            let slots = process::pids().into_iter().filter_map(process::lookup);
            count += slots.filter(|s| s.traced.set(session, on, mask, tracer).is_ok()).count();
        }
        if which.ports && (only(flags::OF_PORTS) || modifies) {
            let ports = port::all().into_iter().filter_map(port::lookup);
            count += ports.filter(|port| port.traced.set(session, on, mask, tracer).is_ok()).count();
        }
    }
    if which.new {
        let mut settings = session.settings.lock();
        if which.processes && mask & flags::OF_PROCESSES != 0 {
            change(&mut settings.new_processes, on, mask & flags::OF_PROCESSES, tracer);
        }
        if which.ports && mask & flags::OF_PORTS != 0 {
            change(&mut settings.new_ports, on, mask & flags::OF_PORTS, tracer);
        }
        drop(settings);
        trace::settings_changed(session);
    }
    count
}

/// Changes what new processes or ports are traced for.
fn change(now: &mut (Flags, Option<Tracer>), on: bool, mask: Flags, tracer: Option<Tracer>) {
    now.0 = if on { now.0 | mask } else { now.0 & !mask };
    if now.0 == 0 {
        now.1 = None;
    } else if let Some(tracer) = tracer {
        now.1 = Some(tracer);
    }
}
