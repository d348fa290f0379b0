//! The process dictionary.

use alloc::vec::Vec;

use joist_vm::atom;
use joist_vm::process::Process;
use joist_vm::term::compare::exact_eq;
use joist_vm::term::{Term, build};

use crate::table::Binding;

fn or_undefined(t: Option<Term>) -> Term {
    t.unwrap_or(Term::atom(atom::UNDEFINED))
}

fn pairs(p: &mut Process, pairs: &[(Term, Term)]) -> Term {
    let items: Vec<Term> = pairs.iter().map(|(k, v)| build::tuple(p, &[*k, *v])).collect();
    build::list(p, &items)
}

pub(crate) const BINDINGS: &[Binding] = &[
    ("put", 2, |p, a| Ok(or_undefined(p.dictionary.put(a[0], a[1])))),
    ("get", 1, |p, a| Ok(or_undefined(p.dictionary.get(a[0])))),
    ("get", 0, |p, _| {
        let all: Vec<_> = p.dictionary.iter().collect();
        Ok(pairs(p, &all))
    }),
    ("get_keys", 0, |p, _| {
        let keys: Vec<Term> = p.dictionary.iter().map(|e| e.0).collect();
        Ok(build::list(p, &keys))
    }),
    ("get_keys", 1, |p, a| {
        let keys: Vec<Term> = p.dictionary.iter().filter(|e| exact_eq(e.1, a[0])).map(|e| e.0).collect();
        Ok(build::list(p, &keys))
    }),
    ("erase", 1, |p, a| Ok(or_undefined(p.dictionary.erase(a[0])))),
    ("erase", 0, |p, _| {
        let all = p.dictionary.take_all();
        Ok(pairs(p, &all))
    }),
];
