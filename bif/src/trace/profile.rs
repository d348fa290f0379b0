//! `erlang:system_profile/0,2`.

use alloc::vec::Vec;

use joist_vm::atom::{self, Atom};
use joist_vm::process::{NativeResult, Process};
use joist_vm::term::{Term, build};
use joist_vm::trace::Tracer;
use joist_vm::trace::flags;
use joist_vm::trace::profile::{self, Profile};

use crate::table::Binding;

pub(crate) const BINDINGS: &[Binding] = &[("system_profile", 0, |p, _| Ok(settings(p))), ("system_profile", 2, set)];

fn settings(p: &mut Process) -> Term {
    let Some(now) = profile::get() else { return Term::atom(atom::UNDEFINED) };
    let items = [
        ("exclusive", now.exclusive),
        ("scheduler", now.scheduler),
        ("runnable_procs", now.runnable_procs),
        ("runnable_ports", now.runnable_ports),
    ];
    let list: Vec<Term> = items.iter().filter(|i| i.1).map(|i| Term::atom(Atom::new(i.0))).collect();
    let list = build::list(p, &list);
    build::tuple(p, &[now.to.term(), list])
}

fn wanted(to: Tracer, options: Term) -> Option<Profile> {
    let mut new = Profile {
        to,
        exclusive: false,
        scheduler: false,
        runnable_procs: false,
        runnable_ports: false,
        timestamp: flags::TIMESTAMP,
    };
    let mut items = options.list();
    for item in items.by_ref() {
        match item.as_atom()?.text() {
            "runnable_procs" => new.runnable_procs = true,
            "runnable_ports" => new.runnable_ports = true,
            "scheduler" => new.scheduler = true,
            "exclusive" => new.exclusive = true,
            "timestamp" => new.timestamp = flags::TIMESTAMP,
            "strict_monotonic_timestamp" => new.timestamp = flags::STRICT_MONOTONIC,
            "monotonic_timestamp" => new.timestamp = flags::MONOTONIC,
            _ => return None,
        }
    }
    items.rest().is_nil().then_some(new)
}

/// `(Profiler, Options)`: the settings before.
fn set(p: &mut Process, a: &[Term]) -> NativeResult {
    let new = if a[0].is(atom::UNDEFINED) || a[1].is_nil() {
        None
    } else {
        let to = Tracer::from_term(a[0]).filter(|t| t.is_alive());
        let Some(new) = to.and_then(|to| wanted(to, a[1])) else { return Err(p.badarg()) };
        Some(new)
    };
    let old = settings(p);
    profile::set(new);
    Ok(old)
}
