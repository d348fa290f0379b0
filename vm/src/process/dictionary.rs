//! The process dictionary: keys and values on the process's own heap, found by the keys' hash.

use hashbrown::HashTable;

use crate::term::Term;
use crate::term::compare::exact_eq;
use crate::term::hash::internal;

/// A process's dictionary.
#[derive(Debug, Default)]
pub struct Dictionary {
    table: HashTable<(Term, Term)>,
}

fn hash(key: Term) -> u64 {
    internal(key, 0)
}

impl Dictionary {
    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: Term) -> Option<Term> {
        self.table.find(hash(key), |e| exact_eq(e.0, key)).map(|e| e.1)
    }

    /// Sets a value; answers the one before.
    pub fn put(&mut self, key: Term, value: Term) -> Option<Term> {
        let h = hash(key);
        if let Some(e) = self.table.find_mut(h, |e| exact_eq(e.0, key)) {
            return Some(core::mem::replace(&mut e.1, value));
        }
        self.table.insert_unique(h, (key, value), |e| hash(e.0));
        None
    }

    /// Takes a key out.
    pub fn erase(&mut self, key: Term) -> Option<Term> {
        let entry = self.table.find_entry(hash(key), |e| exact_eq(e.0, key)).ok()?;
        Some(entry.remove().0.1)
    }

    /// Takes everything out.
    pub fn take_all(&mut self) -> alloc::vec::Vec<(Term, Term)> {
        self.table.drain().collect()
    }

    /// All pairs.
    pub fn iter(&self) -> impl Iterator<Item = (Term, Term)> + '_ {
        self.table.iter().copied()
    }

    /// How many pairs there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Is there none?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    pub(super) fn roots(&mut self, visit: &mut dyn FnMut(&mut Term)) {
        for e in self.table.iter_mut() {
            visit(&mut e.0);
            visit(&mut e.1);
        }
    }
}
