//! `erlang:system_monitor/0,1,2`, and that of trace sessions (OTP 29: `erts_internal:system_monitor/3`).

use alloc::vec::Vec;

use joist_vm::atom::{self, Atom};
use joist_vm::process::{self, NativeResult, Process};
use joist_vm::term::{Term, build};
use joist_vm::trace::monitor::{self, Limits};

use super::session::of_term;
use crate::table::Binding;

pub(crate) const BINDINGS: &[Binding] = &[
    ("system_monitor", 0, |p, _| Ok(settings(p, 0))),
    ("system_monitor", 1, |p, a| one(p, a)),
    ("system_monitor", 2, |p, a| set(p, 0, a[0], a[1])),
];

/// `erts_internal`'s.
pub(crate) const INTERNAL: &[Binding] = &[
    ("system_monitor", 1, |p, a| {
        let session = of_term(p, a[0])?;
        Ok(settings(p, session.id))
    }),
    ("system_monitor", 3, |p, a| {
        let session = of_term(p, a[0])?;
        set(p, session.id, a[1], a[2])
    }),
];

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

fn limits(options: Term) -> Option<Limits> {
    let mut l = Limits::default();
    let mut items = options.list();
    for item in items.by_ref() {
        match (item.as_atom().map(|n| n.text()), item.as_tuple()) {
            (Some("busy_port"), _) => l.busy_port = true,
            (Some("busy_dist_port"), _) => l.busy_dist_port = true,
            (None, Some([name, value])) => match name.as_atom()?.text() {
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
            },
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
