//! `erlang:system_monitor/0,1,2`, and that of trace sessions (OTP 29: `erts_internal:system_monitor/3`).

use alloc::vec::Vec;

use joist_vm::atom::{self, Atom};
use joist_vm::process::{self, NativeResult, Process};
use joist_vm::term::{Term, build};
use joist_vm::trace::monitor::{self, Limits};
use joist_vm::trace::{Session, Tracer};

use super::session::of_term;
use crate::table::Binding;
use crate::term_args;

pub(crate) const BINDINGS: &[Binding] = &[
    ("system_monitor", 0, |p, _| Ok(settings(p, 0))),
    ("system_monitor", 1, |p, a| one(p, a)),
    ("system_monitor", 2, |p, a| set(p, 0, a[0], a[1])),
];

/// `erts_internal`'s: of the monitor that is no session's, and of a session's.
pub(crate) const INTERNAL: &[Binding] = &[
    ("system_monitor", 1, |p, a| if is_legacy(a[0]) { Ok(settings(p, 0)) } else { Err(p.badarg()) }),
    ("system_monitor", 3, |p, a| {
        if is_legacy(a[0]) {
            return set(p, 0, a[1], a[2]);
        }
        let session = of_term(p, a[0])?;
        if !a[1].is(Atom::new("session")) {
            return Err(p.badarg());
        }
        set_of_session(p, &session, a[2])
    }),
];

fn is_legacy(t: Term) -> bool {
    t.is(Atom::new("legacy"))
}

/// Changes what a session's tracer hears of, event by event; `false` ends one.
fn set_of_session(p: &mut Process, session: &Session, options: Term) -> NativeResult {
    let Some(Tracer::Process(to)) = session.tracer else { return Err(p.badarg()) };
    let mut l = monitor::get(session.id).map_or(Limits::default(), |m| m.limits);
    for option in term_args::list(p, options)? {
        let Some([name, value]) = option.as_tuple_of::<2>() else { return Err(p.badarg()) };
        let name = name.as_atom().map_or("", |n| n.text());
        let known = match name {
            "busy_port" | "busy_dist_port" => value.as_bool().map(|on| {
                *(if name == "busy_port" { &mut l.busy_port } else { &mut l.busy_dist_port }) = on;
            }),
            "long_gc" | "long_schedule" | "large_heap" | "long_message_queue" if value.is(atom::FALSE) => {
                match name {
                    "long_gc" => l.long_gc = 0,
                    "long_schedule" => l.long_schedule = 0,
                    "large_heap" => l.large_heap = 0,
                    _ => l.long_message_queue = None,
                }
                Some(())
            }
            _ => set_limit(&mut l, name, *value),
        };
        if known.is_none() {
            return Err(p.badarg());
        }
    }
    monitor::set(session.id, (l != Limits::default()).then_some((to, l)));
    Ok(Term::atom(atom::OK))
}

fn one(p: &mut Process, a: &[Term]) -> NativeResult {
    match a[0].as_tuple() {
        Some([pid, options]) => set(p, 0, *pid, *options),
        _ if a[0].is(atom::UNDEFINED) => set(p, 0, a[0], Term::NIL),
        _ => Err(p.badarg()),
    }
}

/// `{Pid, Options}` or `undefined`; the options as stock lists them.
fn settings(p: &mut Process, session: u64) -> Term {
    let Some(m) = monitor::get(session) else { return Term::atom(atom::UNDEFINED) };
    let l = m.limits;
    let mut list = Vec::new();
    for (name, on) in [("busy_dist_port", l.busy_dist_port), ("busy_port", l.busy_port)] {
        if on {
            list.push(Term::atom(Atom::new(name)));
        }
    }
    if let Some((low, high)) = l.long_message_queue {
        let pair = [build::unsigned(p, low), build::unsigned(p, high)];
        let pair = build::tuple(p, &pair);
        list.push(build::tuple(p, &[Term::atom(Atom::new("long_message_queue")), pair]));
    }
    for (name, n) in [("large_heap", l.large_heap), ("long_schedule", l.long_schedule), ("long_gc", l.long_gc)] {
        if n != 0 {
            let n = build::unsigned(p, n);
            list.push(build::tuple(p, &[Term::atom(Atom::new(name)), n]));
        }
    }
    let list = build::list(p, &list);
    build::tuple(p, &[Term::pid(m.to), list])
}

/// Sets the limit of an event.
fn set_limit(l: &mut Limits, name: &str, value: Term) -> Option<()> {
    match name {
        "long_gc" => l.long_gc = value.as_u64()?.max(1),
        "long_schedule" => l.long_schedule = value.as_u64()?.max(1),
        "large_heap" => l.large_heap = value.as_u64()?.max(16384),
        "long_message_queue" if joist_vm::release::at_least(27) => {
            let [low, high] = value.as_tuple_of::<2>()?;
            let (low, high) = (low.as_u64()?, high.as_u64()?);
            if low >= high {
                return None;
            }
            l.long_message_queue = Some((low, high));
        }
        _ => return None,
    }
    Some(())
}

fn limits(options: Term) -> Option<Limits> {
    let mut l = Limits::default();
    let mut items = options.list();
    for item in items.by_ref() {
        match (item.as_atom().map(|n| n.text()), item.as_tuple()) {
            (Some("busy_port"), _) => l.busy_port = true,
            (Some("busy_dist_port"), _) => l.busy_dist_port = true,
            (None, Some([name, value])) => set_limit(&mut l, name.as_atom()?.text(), *value)?,
            _ => return None,
        }
    }
    items.rest().is_nil().then_some(l)
}

fn set(p: &mut Process, session: u64, pid: Term, options: Term) -> NativeResult {
    let off = pid.is(atom::UNDEFINED) || options.is_nil();
    let new = if off {
        None
    } else {
        let to = pid.as_pid().filter(|pid| process::lookup(*pid).is_some());
        let Some(new) = to.zip(limits(options)) else { return Err(p.badarg()) };
        Some(new)
    };
    let old = settings(p, session);
    monitor::set(session, new);
    Ok(old)
}
