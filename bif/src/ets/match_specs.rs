//! Match specifications by themselves: `match_spec_compile`, `match_spec_run_r`, and `erlang:match_spec_test/3`.

use alloc::sync::Arc;
use alloc::vec::Vec;

use joist_vm::atom::{self, Atom};
use joist_vm::match_spec::{self, Dialect, Matcher, Subject};
use joist_vm::process::{NativeResult, Process, make_reference};
use joist_vm::term::{Term, build};

use super::plan::{Compiled, compile_error};
use crate::table::Binding;

pub(crate) const BINDINGS: &[Binding] = &[
    ("match_spec_compile", 1, |p, a| {
        let program = match_spec::compile_with(a[0], match_spec::Dialect::TABLE).map_err(|e| compile_error(p, e))?;
        Ok(reference(p, Arc::new(Compiled { program, prefix: None })))
    }),
    ("is_compiled_ms", 1, |_, a| Ok(Term::bool(compiled(a[0]).is_some()))),
    ("match_spec_run_r", 3, run_r),
];

/// `erlang`'s part.
pub(crate) const TEST: &[Binding] = &[("match_spec_test", 3, test)];

/// A compiled specification as a term.
pub(super) fn reference(p: &mut Process, compiled: Arc<Compiled>) -> Term {
    build::magic_reference(p, make_reference(), compiled)
}

/// The compiled specification that a term is.
pub(super) fn compiled(t: Term) -> Option<Arc<Compiled>> {
    t.as_magic()?.clone().downcast::<Compiled>().ok()
}

/// `(List, Compiled, Results)`: the results are put in front of what is there.
fn run_r(p: &mut Process, a: &[Term]) -> NativeResult {
    let Some(c) = compiled(a[1]).filter(|_| a[0].is_list()) else { return Err(p.badarg()) };
    let mut matcher = Matcher::new(&c.program);
    let mut budget = p.budget().max(100);
    let (mut it, mut result) = (a[0].list(), a[2]);
    for t in it.by_ref() {
        if let Some(m) = matcher.run(p, Subject::Own(t)) {
            result = build::cons(p, m.value, result);
        }
        budget -= 1;
        if budget == 0 {
            break;
        }
    }
    let rest = it.rest();
    p.charge(usize::try_from(p.budget().max(100) - budget).unwrap_or(0));
    if rest.is_cons() {
        return Err(p.yield_to(run_r, &[rest, a[1], result]));
    }
    if rest.is_nil() { Ok(result) } else { Err(p.badarg()) }
}

/// `(Against, Specification, table | trace)`: `{ok, Result, Flags, Messages}` or `{error, Messages}`.
fn test(p: &mut Process, a: &[Term]) -> NativeResult {
    let trace = match a[2].as_atom() {
        Some(atom::TRACE) => true,
        Some(name) if name.text() == "table" => false,
        _ => return Err(p.badarg()),
    };
    let dialect = if trace { Dialect::CALL_TRACE } else { Dialect::TABLE }.faked();
    let arguments: Vec<Term> = a[0].list().collect();
    if trace && !a[0].is_list() {
        return Err(p.badarg());
    }
    let findings = match_spec::lint(a[1], dialect);
    let messages: Vec<Term> = findings
        .iter()
        .map(|f| {
            let text = build::list_of_ints(p, f.0.chars().map(u32::from).collect::<Vec<_>>().into_iter(), Term::NIL);
            build::tuple(p, &[Term::atom(atom::ERROR), text])
        })
        .collect();
    let messages = build::list(p, &messages);
    let Ok(program) = match_spec::compile_with(a[1], dialect) else {
        return Ok(build::tuple(p, &[Term::atom(atom::ERROR), messages]));
    };
    let subject = if trace { Subject::Arguments(&arguments) } else { Subject::Own(a[0]) };
    let matched = Matcher::new(&program).run(p, subject);
    let value = matched.map_or(Term::bool(false), |m| m.value);
    let mut flags: Vec<Term> = Vec::new();
    if let Some(m) = matched.filter(|m| !trace || !m.value.is(atom::FALSE)) {
        if m.return_trace {
            flags.push(Term::atom(Atom::new("return_trace")));
        }
        if m.exception_trace {
            flags.push(Term::atom(Atom::new("exception_trace")));
        }
    }
    let flags = build::list(p, &flags);
    Ok(build::tuple(p, &[Term::atom(atom::OK), value, flags, messages]))
}
