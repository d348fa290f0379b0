//! `erlang:trace_info/2`, `erts_internal:trace_info/3`.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::Ordering;

use joist_vm::atom::{self, Atom};
use joist_vm::code::Mfa;
use joist_vm::port;
use joist_vm::process::{self, NativeResult, Process};
use joist_vm::release;
use joist_vm::term::{Term, build};
use joist_vm::trace::flags::{self, Flags};
use joist_vm::trace::points::{self, Counter, Target, Watch, Which};
use joist_vm::trace::{Account, Messages, OnLoad, Pattern, Session, Tracer, session};

use super::bad;
use super::session::{of_term, weak};
use crate::table::Binding;

pub(crate) const BINDINGS: &[Binding] = &[
    ("trace_info", 2, |p, a| info(p, &session::first(), a[0], a[1])),
    ("trace_delivered", 1, super::flags::delivered),
];

/// `erts_internal`'s.
pub(crate) const INTERNAL: &[Binding] = &[("trace_info", 3, |p, a| {
    if a[0].is(Atom::new("any")) {
        return sessions(p, a[1], a[2]);
    }
    let session = of_term(p, a[0])?;
    info(p, &session, a[1], a[2])
})];

fn info(p: &mut Process, session: &Arc<Session>, what: Term, key: Term) -> NativeResult {
    if let Some(t) = what.as_tuple() {
        let [module, function, arity] = t else { return Err(p.badarg()) };
        let Some(target) = mfa(*module, *function, *arity) else { return Err(p.badarg()) };
        return function_info(p, session, &target, key);
    }
    match what.as_atom().map(|n| n.text()) {
        Some("on_load") => on_load(p, session, key),
        Some(event @ ("send" | "receive")) => {
            if !key.is(Atom::new("match_spec")) {
                return Err(p.badarg());
            }
            let settings = session.settings.lock();
            let messages = if event == "send" { settings.send.clone() } else { settings.receive.clone() };
            drop(settings);
            let value = match messages {
                Messages::All => Term::bool(true),
                Messages::None => Term::bool(false),
                Messages::Matching(spec) => joist_vm::heap::copy(p, spec.source.get()),
            };
            Ok(build::tuple(p, &[key, value]))
        }
        _ => tracee(p, session, what, key),
    }
}

/// What a process or port, or new ones, are traced for.
fn tracee(p: &mut Process, session: &Arc<Session>, what: Term, key: Term) -> NativeResult {
    let (flags, tracer): (Flags, Option<Tracer>) = match (what.as_pid(), what.as_port(), what.as_atom()) {
        (Some(pid), _, _) => {
            if !key.is(atom::TRACER) && !key.is(Atom::new("flags")) {
                return Err(p.badarg());
            }
            let Some(slot) = process::lookup(pid) else { return Ok(Term::atom(atom::UNDEFINED)) };
            slot.traced.of(session).map_or((0, None), |t| (t.flags, Some(t.tracer)))
        }
        (_, Some(id), _) => {
            let Some(port) = port::lookup(id) else { return Ok(Term::atom(atom::UNDEFINED)) };
            port.traced.of(session).map_or((0, None), |t| (t.flags, Some(t.tracer)))
        }
        (_, _, Some(name)) => {
            let settings = session.settings.lock();
            let now = match name.text() {
                "new" | "new_processes" => settings.new_processes,
                "new_ports" => settings.new_ports,
                _ => {
                    drop(settings);
                    return Err(bad(p, "badopt"));
                }
            };
            if now.1.is_some_and(|t| !t.is_alive()) { (0, None) } else { now }
        }
        _ => return Err(bad(p, "badopt")),
    };
    let value = if key.is(Atom::new("flags")) {
        let names: Vec<Term> = flags::names(flags).map(Term::atom).collect();
        build::list(p, &names)
    } else if key.is(atom::TRACER) {
        tracer.map_or(Term::NIL, Tracer::term)
    } else {
        return Err(p.badarg());
    };
    Ok(build::tuple(p, &[key, value]))
}

/// A function, by its export and by itself.
struct Function {
    export: Option<Target>,
    local: Option<Target>,
}

fn mfa(module: Term, function: Term, arity: Term) -> Option<Function> {
    let which = Which { module: module.as_atom(), function: function.as_atom(), arity: arity.as_small() };
    let mfa = Mfa::new(which.module?, which.function?, u32::try_from(which.arity?.max(0)).ok()?);
    Some(Function {
        export: points::exports(&which).into_iter().find(|t| t.mfa == mfa),
        local: points::functions(&which).into_iter().find(|t| t.mfa == mfa),
    })
}

fn source(p: &mut Process, pattern: &Pattern) -> Term {
    match pattern {
        Some(spec) => joist_vm::heap::copy(p, spec.source.get()),
        None => Term::NIL,
    }
}

fn accounts(p: &mut Process, counter: Option<&Counter<Account>>, time: bool) -> Term {
    let Some(counter) = counter else { return Term::bool(false) };
    let mut list = Vec::new();
    for (pid, calls, amount) in counter.counts.entries() {
        let mut parts = alloc::vec![Term::pid(pid), build::unsigned(p, calls)];
        if time {
            let us = amount / 1000;
            parts.extend([build::unsigned(p, us / 1_000_000), build::unsigned(p, us % 1_000_000)]);
        } else {
            parts.push(build::unsigned(p, amount));
        }
        list.push(build::tuple(p, &parts));
    }
    build::list(p, &list)
}

/// What may be asked about a function, in the order of `all`.
const ITEMS: [&str; 7] = ["traced", "match_spec", "meta", "meta_match_spec", "call_memory", "call_time", "call_count"];

fn function_info(p: &mut Process, session: &Arc<Session>, f: &Function, key: Term) -> NativeResult {
    let Some(name) = key.as_atom() else { return Err(p.badarg()) };
    // Before OTP 29 it was looked at only for functions that are traced.
    if release::at_least(29) && name.text() != "all" && !ITEMS.contains(&name.text()) {
        return Err(p.badarg());
    }
    let global = f.export.as_ref().and_then(|t| t.watch(session));
    let local = f.local.as_ref().and_then(|t| t.watch(session));
    let watch = match (&global, &local) {
        (Some(w), _) | (None, Some(w)) => w.clone(),
        (None, None) => {
            let exists = f.local.is_some();
            let value = if exists { Term::bool(false) } else { Term::atom(atom::UNDEFINED) };
            return Ok(build::tuple(p, &[key, value]));
        }
    };
    let traced = match (&global, &watch.calls) {
        (Some(_), _) => Term::atom(Atom::new("global")),
        (None, Some(_)) => Term::atom(Atom::new("local")),
        (None, None) => Term::bool(false),
    };
    let value = if name.text() == "all" {
        let mut items = ITEMS.to_vec();
        items.retain(|i| *i != "call_memory" || release::at_least(26));
        let mut list = Vec::new();
        for item in items {
            let value = match (item, &watch.meta) {
                ("meta", None) => Term::bool(false),
                _ => watch_item(p, &watch, traced, item).unwrap_or(Term::NIL),
            };
            list.push(build::tuple(p, &[Term::atom(Atom::new(item)), value]));
        }
        build::list(p, &list)
    } else {
        match watch_item(p, &watch, traced, name.text()) {
            Some(value) => value,
            None => return Err(p.badarg()),
        }
    };
    Ok(build::tuple(p, &[key, value]))
}

fn watch_item(p: &mut Process, watch: &Watch, traced: Term, item: &str) -> Option<Term> {
    Some(match item {
        "traced" => traced,
        "match_spec" => match &watch.calls {
            Some(pattern) => source(p, pattern),
            None => Term::bool(false),
        },
        "meta" => match &watch.meta {
            Some(meta) => meta.tracer.lock().map_or(Term::NIL, Tracer::term),
            None => Term::NIL,
        },
        "meta_match_spec" => match &watch.meta {
            Some(meta) => source(p, &meta.pattern),
            None => Term::bool(false),
        },
        "call_count" => match &watch.count {
            Some(c) => build::unsigned(p, c.counts.load(Ordering::Relaxed)),
            None => Term::bool(false),
        },
        "call_time" => accounts(p, watch.time.as_ref(), true),
        "call_memory" if release::at_least(26) => accounts(p, watch.memory.as_ref(), false),
        _ => return None,
    })
}

fn on_load(p: &mut Process, session: &Session, key: Term) -> NativeResult {
    let o = session.settings.lock().on_load.clone();
    let Some(name) = key.as_atom() else { return Err(p.badarg()) };
    let value = if !o.on {
        Term::bool(false)
    } else if name.text() == "all" {
        let mut list = Vec::new();
        for item in ["traced", "match_spec", "meta", "meta_match_spec", "call_count"] {
            let value = on_load_item(p, &o, item).unwrap_or(Term::NIL);
            list.push(build::tuple(p, &[Term::atom(Atom::new(item)), value]));
        }
        build::list(p, &list)
    } else {
        match on_load_item(p, &o, name.text()) {
            Some(value) => value,
            None => return Err(p.badarg()),
        }
    };
    Ok(build::tuple(p, &[key, value]))
}

fn on_load_item(p: &mut Process, o: &OnLoad, item: &str) -> Option<Term> {
    let k = &o.kinds;
    Some(match item {
        "traced" if !k.breakpoint => Term::atom(Atom::new("global")),
        "traced" if k.local => Term::atom(Atom::new("local")),
        "match_spec" if !k.breakpoint || k.local => source(p, &o.pattern),
        "meta" if k.meta => k.meta_tracer.map_or(Term::NIL, Tracer::term),
        "meta_match_spec" if k.meta => source(p, &o.meta_pattern),
        "traced" | "match_spec" | "meta" | "meta_match_spec" => Term::bool(false),
        "call_count" => Term::bool(k.call_count),
        "call_time" => Term::bool(k.call_time),
        "call_memory" if release::at_least(26) => Term::bool(k.call_memory),
        _ => return None,
    })
}

/// `trace_info(any, What, session)`: the sessions that trace something, as weak handles.
fn sessions(p: &mut Process, what: Term, key: Term) -> NativeResult {
    if !key.is(Atom::new("session")) {
        return Err(p.badarg());
    }
    let mut found: Vec<Arc<Session>> = if let Some(pid) = what.as_pid() {
        match process::lookup(pid) {
            Some(slot) => slot.traced.sessions(),
            None => return Ok(Term::atom(atom::UNDEFINED)),
        }
    } else if let Some(id) = what.as_port() {
        match port::lookup(id) {
            Some(port) => port.traced.sessions(),
            None => return Ok(Term::atom(atom::UNDEFINED)),
        }
    } else if let Some([module, function, arity]) = what.as_tuple_of::<3>() {
        let Some(f) = mfa(*module, *function, *arity) else { return Err(p.badarg()) };
        let of = |t: &Option<Target>| {
            let point = t.as_ref().and_then(Target::point);
            point.map_or(Vec::new(), |point| point.watches.iter().map(|w| w.session.clone()).collect::<Vec<_>>())
        };
        let mut all = of(&f.export);
        all.extend(of(&f.local));
        all
    } else {
        let Some(name) = what.as_atom() else { return Err(bad(p, "badopt")) };
        let wanted: fn(&Session) -> bool = match name.text() {
            // What `session_info(all)` asks for.
            "any" => |_| true,
            "on_load" => |s| s.settings.lock().on_load.on,
            "send" => |s| !matches!(s.settings.lock().send, Messages::All),
            "receive" => |s| !matches!(s.settings.lock().receive, Messages::All),
            "new" | "new_processes" => |s| s.settings.lock().new_processes.0 != 0,
            "new_ports" => |s| s.settings.lock().new_ports.0 != 0,
            _ => return Err(bad(p, "badopt")),
        };
        session::all().into_iter().filter(|s| wanted(s)).collect()
    };
    // Newest first.
    found.sort_by_key(|s| core::cmp::Reverse(s.id));
    found.dedup_by_key(|s| s.id);
    let list: Vec<Term> = found.iter().map(|s| weak(p, s)).collect();
    let list = build::list(p, &list);
    Ok(build::tuple(p, &[key, list]))
}
