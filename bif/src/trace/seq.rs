//! `seq_trace`: the process's token, and the sequential tracer.

use joist_vm::atom;
use joist_vm::process::{NativeResult, Process};
use joist_vm::term::Term;
use joist_vm::trace::{Tracer, seq};

use crate::table::Binding;

pub(crate) const BINDINGS: &[Binding] = &[
    ("seq_trace", 2, |p, a| seq::set(p, a[0], a[1]).ok_or_else(|| p.badarg())),
    ("seq_trace_info", 1, |p, a| seq::info(p, a[0]).ok_or_else(|| p.badarg())),
    ("seq_trace_print", 1, |p, a| Ok(Term::bool(seq::print(p, None, a[0])))),
    ("seq_trace_print", 2, |p, a| Ok(Term::bool(seq::print(p, Some(a[0]), a[1])))),
];

/// `system_flag(sequential_tracer, Tracer)`: the one before, or false.
pub(crate) fn set_sequential_tracer(p: &mut Process, to: Term) -> NativeResult {
    let new = match to.as_tuple() {
        _ if to.is(atom::FALSE) => None,
        Some([module, who]) if module.is(atom::ERL_TRACER) => Some(*who),
        _ => Some(to),
    };
    let new = match new {
        Some(t) => Some(Tracer::from_term(t).filter(|t| t.is_alive()).ok_or_else(|| p.badarg())?),
        None => None,
    };
    Ok(seq::set_tracer(new).map_or(Term::bool(false), Tracer::term))
}
