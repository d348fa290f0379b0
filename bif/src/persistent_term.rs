//! `persistent_term` (`erl_bif_persistent.c`): values live as literals; readers get them without a copy. Values that
//! were replaced or erased live until no process refers to them.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

use hashbrown::HashTable;
use joist_vm::atom;
use joist_vm::code::{Literals, make_literal, retired};
use joist_vm::process::{NativeResult, Process};
use joist_vm::sync::RwLock;
use joist_vm::term::compare::exact_eq;
use joist_vm::term::hash::internal;
use joist_vm::term::{Term, build};

use crate::table::Binding;

/// `erts_internal:erase_persistent_terms()`: at a restart of the node.
pub(crate) const INTERNAL: &[Binding] = &[("erase_persistent_terms", 0, |_, _| {
    let all: Vec<Entry> = TERMS.write().drain().collect();
    all.into_iter().for_each(retire);
    Ok(Term::atom(atom::OK))
})];

pub(crate) const BINDINGS: &[Binding] = &[
    ("put", 2, |_, a| {
        put(a[0], a[1]);
        Ok(Term::atom(atom::OK))
    }),
    ("put_new", 2, |p, a| match lookup(a[0]) {
        Some(v) if exact_eq(v, a[1]) => Ok(Term::atom(atom::OK)),
        Some(_) => Err(p.badarg()),
        None => {
            put(a[0], a[1]);
            Ok(Term::atom(atom::OK))
        }
    }),
    ("get", 1, |p, a| match lookup(a[0]) {
        Some(v) => Ok(v),
        None => Err(p.badarg()),
    }),
    ("get", 2, |_, a| Ok(lookup(a[0]).unwrap_or(a[1]))),
    ("get", 0, |p, _| {
        let all: Vec<(Term, Term)> = TERMS.read().iter().map(|e| (e.key, e.value)).collect();
        let items: Vec<Term> = all.iter().map(|(k, v)| build::tuple(p, &[*k, *v])).collect();
        Ok(build::list(p, &items))
    }),
    ("erase", 1, |_, a| Ok(Term::bool(erase(a[0])))),
    ("info", 0, info),
];

struct Entry {
    key: Term,
    value: Term,
    /// Holds {Key, Value}.
    area: Literals,
}

static TERMS: RwLock<HashTable<Entry>> = RwLock::new(HashTable::new());

fn hash(key: Term) -> u64 {
    internal(key, 0)
}

fn lookup(key: Term) -> Option<Term> {
    TERMS.read().find(hash(key), |e| exact_eq(e.key, key)).map(|e| e.value)
}

fn retire(entry: Entry) {
    let area = Arc::new(entry.area);
    retired::retire(&area.clone(), Box::new(area));
}

fn put(key: Term, value: Term) {
    if lookup(key).is_some_and(|v| exact_eq(v, value)) {
        return;
    }
    let pair = joist_vm::heap::OwnedTerm::build(|h| build::tuple(h, &[key, value]));
    let (pair, area) = make_literal(pair.get());
    let [k, v] = *pair.as_tuple_of::<2>().expect("just built");
    let mut table = TERMS.write();
    let new = Entry { key: k, value: v, area };
    if let Ok(e) = table.find_entry(hash(key), |e| exact_eq(e.key, key)) {
        let (old, _) = e.remove();
        retire(old);
    }
    table.insert_unique(hash(k), new, |e| hash(e.key));
}

fn erase(key: Term) -> bool {
    let mut table = TERMS.write();
    let Ok(e) = table.find_entry(hash(key), |e| exact_eq(e.key, key)) else { return false };
    let (old, _) = e.remove();
    drop(table);
    retire(old);
    true
}

fn info(p: &mut Process, _: &[Term]) -> NativeResult {
    let (count, words) = {
        let t = TERMS.read();
        (t.len(), t.iter().map(|e| e.area.words()).sum::<usize>())
    };
    let pairs = [
        (Term::atom(joist_vm::atom::Atom::new("count")), Term::small(count as i64)),
        (Term::atom(atom::MEMORY), Term::small((words * 8) as i64)),
    ];
    Ok(joist_vm::map::from_pairs(p, &pairs))
}
