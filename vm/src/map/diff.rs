//! In which keys two hashed maps differ: what comparing them needs.

use alloc::vec::Vec;

use super::{MapIter, trie};
use crate::term::Term;
use crate::term::compare::{eq, exact_eq};

/// A key in which two maps differ; cells are leaves, `[Key | Value]`.
#[derive(Clone, Copy)]
pub enum Difference {
    OnlyFirst(&'static [Term; 2]),
    OnlySecond(&'static [Term; 2]),
    /// Both have the key, with different values.
    Both(&'static [Term; 2], &'static [Term; 2]),
}

impl Difference {
    /// The key, as a slice of one.
    pub fn key(&self) -> &'static [Term] {
        let (Difference::OnlyFirst(cell) | Difference::OnlySecond(cell) | Difference::Both(cell, _)) = self;
        &cell[..1]
    }
}

/// The leaves under a subtree.
fn leaves(t: Term, mut f: impl FnMut(&'static [Term; 2])) {
    let mut todo = alloc::vec![t];
    while let Some(t) = todo.pop() {
        if t.is_cons() { f(t.cell()) } else { todo.extend(trie::node(t).1) }
    }
}

/// All keys in which two hashed maps of the same size differ; if any is in only one of them, only those.
/// `exact` says how values compare.
pub fn diff(a: Term, b: Term, exact: bool) -> Vec<Difference> {
    let same = |x, y| if exact { exact_eq(x, y) } else { eq(x, y) };
    let (mut single, mut both) = (Vec::new(), Vec::new());
    let mut todo = alloc::vec![(a, b)];
    while let Some((a, b)) = todo.pop() {
        if a == b {
            continue;
        }
        match (a.is_cons(), b.is_cons()) {
            (true, true) => {
                let (x, y) = (a.cell(), b.cell());
                if !exact_eq(x[0], y[0]) {
                    single.extend([Difference::OnlyFirst(x), Difference::OnlySecond(y)]);
                } else if !same(x[1], y[1]) {
                    both.push(Difference::Both(x, y));
                }
            }
            (true, false) | (false, true) => {
                let (leaf, subtree) = if a.is_cons() { (a.cell(), b) } else { (b.cell(), a) };
                let (only_leaf, only_tree): (fn(_) -> _, fn(_) -> _) = if a.is_cons() {
                    (Difference::OnlyFirst, Difference::OnlySecond)
                } else {
                    (Difference::OnlySecond, Difference::OnlyFirst)
                };
                let mut found = false;
                leaves(subtree, |other| {
                    if !found && exact_eq(leaf[0], other[0]) {
                        found = true;
                    } else {
                        single.push(only_tree(other));
                    }
                });
                if !found {
                    single.push(only_leaf(leaf));
                }
            }
            (false, false) => {
                let ((ma, ca), (mb, cb)) = (trie::node(a), trie::node(b));
                for slot in 0..16 {
                    let child = |m: u64, c: &[Term]| (m >> slot & 1 == 1).then(|| c[trie::index(m, slot)]);
                    match (child(ma, ca), child(mb, cb)) {
                        (Some(x), Some(y)) => todo.push((x, y)),
                        (Some(x), None) => leaves(x, |l| single.push(Difference::OnlyFirst(l))),
                        (None, Some(y)) => leaves(y, |l| single.push(Difference::OnlySecond(l))),
                        (None, None) => {}
                    }
                }
            }
        }
    }
    debug_assert_eq!(MapIter::new(a).count(), MapIter::new(b).count());
    if single.is_empty() { both } else { single }
}
