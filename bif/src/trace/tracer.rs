//! `erl_tracer`: the tracer module that comes with OTP (`erl_tracer_nif.c`). Other tracer modules are NIF libraries in
//! C, which can't be loaded.

use joist_vm::atom::{self, Atom};
use joist_vm::clock;
use joist_vm::map;
use joist_vm::platform::platform;
use joist_vm::process::{NativeResult, Process};
use joist_vm::term::{Term, build};
use joist_vm::trace::Tracer;

use crate::table::Binding;

pub(crate) const BINDINGS: &[Binding] = &[("enabled", 3, enabled), ("trace", 5, trace)];

/// `(Tag, Tracer, Tracee)`.
fn enabled(_: &mut Process, a: &[Term]) -> NativeResult {
    let gone = if a[0].is(Atom::new("trace_status")) { "remove" } else { "discard" };
    let answer = match Tracer::from_term(a[1]) {
        Some(t) if t.is_alive() => {
            if a[1] == a[2] {
                "discard"
            } else {
                "trace"
            }
        }
        _ => gone,
    };
    Ok(Term::atom(Atom::new(answer)))
}

/// `(Tag, Tracer, Tracee, Message, Options)`.
fn trace(p: &mut Process, a: &[Term]) -> NativeResult {
    let Some(to) = Tracer::from_term(a[1]) else { return Ok(Term::atom(atom::OK)) };
    let option = |name: &str| if a[4].is_map() { map::get(a[4], Term::atom(Atom::new(name))) } else { None };
    let mut parts = alloc::vec::Vec::new();
    if a[0].is(atom::SEQ_TRACE) && option("extra").is_none() {
        parts.extend([a[0], a[2], a[3]]);
    } else {
        parts.extend([Term::atom(atom::TRACE), a[2], a[0], a[3]]);
    }
    parts.extend(["extra", "match_spec_result", "scheduler_id"].into_iter().filter_map(option));
    if let Some(kind) = option("timestamp") {
        let time = match kind.as_atom().map(|k| k.text()) {
            Some("monotonic") => build::integer(p, clock::monotonic()),
            Some("strict_monotonic") => {
                let pair = [build::integer(p, clock::monotonic()), build::integer(p, clock::unique())];
                build::tuple(p, &pair)
            }
            Some("timestamp") => clock::timestamp(p, clock::unique_us()),
            Some("cpu_timestamp") => clock::timestamp(p, platform().cpu_time_ns() as i64 / 1000),
            _ => return Ok(Term::atom(atom::OK)),
        };
        parts.push(time);
        if parts[0].is(atom::TRACE) {
            parts[0] = Term::atom(atom::TRACE_TS);
        }
    }
    to.send(|h| {
        let parts: alloc::vec::Vec<Term> = parts.iter().map(|t| joist_vm::heap::copy(h, *t)).collect();
        build::tuple(h, &parts)
    });
    Ok(Term::atom(atom::OK))
}
