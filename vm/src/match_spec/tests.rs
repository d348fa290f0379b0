//! Specifications as a table runs them.

use super::*;
use crate::atom::{self, Atom};
use crate::term::{Alloc, OffHeap, Pid, Reference, build};

/// A host without a process.
#[derive(Default)]
struct Room(Fragments);

impl Alloc for Room {
    fn alloc(&mut self, words: usize) -> *mut u64 {
        self.0.alloc(words)
    }

    fn off_heap(&mut self) -> &mut OffHeap {
        self.0.off_heap()
    }
}

impl Host for Room {
    fn self_pid(&self) -> Pid {
        Pid::new(7, 0)
    }

    fn trace(&mut self, _: TraceOp, _: &[Term]) -> Option<Term> {
        None
    }
}

fn a(name: &str) -> Term {
    Term::atom(Atom::new(name))
}

fn spec(h: &mut Room, head: Term, guards: &[Term], body: &[Term]) -> Term {
    let (guards, body) = (build::list(h, guards), build::list(h, body));
    let clause = build::tuple(h, &[head, guards, body]);
    build::list(h, &[clause])
}

fn t(h: &mut Room, items: &[Term]) -> Term {
    build::tuple(h, items)
}

fn run(h: &mut Room, spec: Term, object: Term) -> Option<Term> {
    let program = compile(spec).expect("a specification");
    let matched = Matcher::new(&program).run(h, Subject::Foreign(object));
    matched.map(|m| m.value)
}

#[test]
fn variables_have_canonical_names() {
    atom::init();
    assert_eq!(
        ["$1", "$0", "$10", "$01", "$", "$x", "1", "$1a"].map(|n| variable(a(n)).is_some()),
        [true, true, true, false, false, false, false, false]
    );
}

#[test]
fn heads_bind_and_compare() {
    atom::init();
    let h = &mut Room::default();
    let head = t(h, &[a("$1"), a("$1")]);
    let s = spec(h, head, &[], &[a("$1")]);
    let (same, other) = (t(h, &[a("x"), a("x")]), t(h, &[a("x"), a("y")]));
    assert_eq!(run(h, s, same), Some(a("x")));
    assert_eq!(run(h, s, other), None);
}

#[test]
fn a_failed_function_fails_the_guard_and_is_exit_in_a_body() {
    atom::init();
    let h = &mut Room::default();
    let head_of_nothing = t(h, &[a("hd"), Term::NIL]);
    let object = t(h, &[a("x")]);
    let s = spec(h, a("_"), &[head_of_nothing], &[a("$_")]);
    assert_eq!(run(h, s, object), None);
    let s = spec(h, a("_"), &[], &[head_of_nothing]);
    assert_eq!(run(h, s, object), Some(a("EXIT")));
}

#[test]
fn results_are_copies() {
    atom::init();
    let h = &mut Room::default();
    let inner = t(h, &[a("x"), a("y")]);
    let object = t(h, &[a("k"), inner]);
    let element = t(h, &[a("element"), Term::small(2), a("$_")]);
    let s = spec(h, a("_"), &[], &[element]);
    let got = run(h, s, object).expect("a match");
    assert!(got != inner && crate::term::compare::exact_eq(got, inner));
}

#[test]
fn andalso_stops_early_and_and_does_not() {
    atom::init();
    let h = &mut Room::default();
    let object = t(h, &[a("x")]);
    for (form, expected) in [("andalso", Some(a("false"))), ("and", Some(a("EXIT")))] {
        let e = t(h, &[a(form), a("false"), a("nonsense")]);
        let s = spec(h, a("_"), &[], &[e]);
        assert_eq!(run(h, s, object), expected);
    }
}

#[test]
fn what_is_wrong_is_said() {
    atom::init();
    let h = &mut Room::default();
    let s = spec(h, a("_"), &[], &[a("$3")]);
    assert_eq!(compile(s).err(), Some(CompileError::Badarg));
    assert_eq!(lint(s, Dialect::TABLE), [Finding("Variable $3 is unbound.".into())]);
}

#[test]
fn deep_nesting_is_refused() {
    atom::init();
    let h = &mut Room::default();
    let mut deep = a("x");
    for _ in 0..100_000 {
        deep = t(h, &[deep]);
    }
    let s = spec(h, deep, &[], &[a("$_")]);
    assert_eq!(compile(s).err(), Some(CompileError::SystemLimit));
}

#[test]
fn references_are_compared_by_value() {
    atom::init();
    let h = &mut Room::default();
    let r = Reference { numbers: [1, 2, 3], pid: None };
    let (one, two) = (build::reference(h, r), build::reference(h, r));
    let (head, object) = (t(h, &[one]), t(h, &[two]));
    let s = spec(h, head, &[], &[a("yes")]);
    assert_eq!(run(h, s, object), Some(a("yes")));
}
