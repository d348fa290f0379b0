//! The native records that loaded modules define.

use alloc::vec::Vec;

use super::current;
use crate::atom::Atom;
use crate::term::{Term, record};

/// A record that a module defines.
#[derive(Debug)]
pub struct RecordEntry {
    pub name: Atom,
    /// Kept for good.
    pub(crate) definition: Term,
    /// The fields' default values: literals of the module; none for those without.
    pub(crate) defaults: Vec<Term>,
}

impl RecordEntry {
    /// The fields with their default values.
    pub fn fields(&self) -> impl DoubleEndedIterator<Item = (Term, Term)> + ExactSizeIterator {
        record::fields_of(self.definition).iter().copied().zip(self.defaults.iter().copied())
    }

    /// May other modules use it?
    #[must_use]
    pub fn is_exported(&self) -> bool {
        record::is_exported(self.definition)
    }
}

/// Calls `f` with a module's definition of a record, if the current version has one.
pub fn record_definition<R>(module: Atom, name: Atom, f: impl FnOnce(&RecordEntry) -> R) -> Option<R> {
    let module = current(module)?;
    module.records.iter().find(|r| r.name == name).map(f)
}
