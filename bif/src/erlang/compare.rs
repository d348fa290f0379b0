//! Comparison and boolean operators called by name.

use joist_vm::process::{NativeResult, Process};
use joist_vm::term::Term;
use joist_vm::term::compare::{compare, eq, exact_eq};

use crate::table::Binding;

pub(crate) const BINDINGS: &[Binding] = &[
    ("==", 2, |_, a| Ok(Term::bool(eq(a[0], a[1])))),
    ("/=", 2, |_, a| Ok(Term::bool(!eq(a[0], a[1])))),
    ("=:=", 2, |_, a| Ok(Term::bool(exact_eq(a[0], a[1])))),
    ("=/=", 2, |_, a| Ok(Term::bool(!exact_eq(a[0], a[1])))),
    ("<", 2, |_, a| Ok(Term::bool(compare(a[0], a[1]).is_lt()))),
    (">", 2, |_, a| Ok(Term::bool(compare(a[0], a[1]).is_gt()))),
    ("=<", 2, |_, a| Ok(Term::bool(compare(a[0], a[1]).is_le()))),
    (">=", 2, |_, a| Ok(Term::bool(compare(a[0], a[1]).is_ge()))),
    ("and", 2, |p, a| logic(p, a, |x, y| x && y)),
    ("or", 2, |p, a| logic(p, a, |x, y| x || y)),
    ("xor", 2, |p, a| logic(p, a, |x, y| x != y)),
    ("not", 1, |p, a| match a[0].as_bool() {
        Some(b) => Ok(Term::bool(!b)),
        None => Err(p.badarg()),
    }),
];

fn logic(p: &mut Process, a: &[Term], f: fn(bool, bool) -> bool) -> NativeResult {
    match (a[0].as_bool(), a[1].as_bool()) {
        (Some(x), Some(y)) => Ok(Term::bool(f(x, y))),
        _ => Err(p.badarg()),
    }
}
