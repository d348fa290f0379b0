//! ETS: tables that processes share. Read beside it: `erts/emulator/beam/erl_db.c`.
//!
//! A [`Table`] is known by name (if it has one) and by a magic reference that holds it. Its objects are copies with
//! memory of their own ([`Object`]); whoever reads them does so under the lock of the part that holds them, and copies
//! what it wants to keep.

mod garbage;
mod hash;
mod heirs;
mod index;
mod object;
mod owners;
mod prefix;
mod registry;
mod shard;
mod slots;
mod table;
mod tree;

#[cfg(test)]
mod tests;

pub use garbage::Garbage;
pub use heirs::{give_away, set_heir};
pub use object::Object;
pub use owners::{fix, owned_by, unfix};
pub use prefix::Prefix;
pub use registry::{all, count, named, rename, same_lock};
pub use table::{Fixation, Options, Protection, Statistics, Table, WriteConcurrency};
pub use tree::Range;

use crate::term::Term;

/// How a table keeps objects with equal keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One object for a key.
    Set,
    /// One object for a key, by term order.
    OrderedSet,
    /// Different objects for a key.
    Bag,
    /// Any objects for a key.
    DuplicateBag,
}

/// What is to happen to an object that was looked at.
#[derive(Debug)]
pub enum Verdict {
    Keep,
    Delete,
    /// By another one with the same key.
    Replace(Object),
}

/// Makes a table: registers its name, and has it die with its owner. None when the name is taken.
pub fn create(
    p: &mut crate::process::Process,
    name: crate::atom::Atom,
    options: Options,
) -> Option<alloc::sync::Arc<Table>> {
    let table = alloc::sync::Arc::new(Table::new(p.pid(), name, options));
    if !registry::enter(&table) {
        return None;
    }
    owners::adopt(p, &table);
    Some(table)
}

/// Takes a table out of the world; what it held is to be freed at leisure. None when somebody else did so before.
#[must_use]
pub fn delete(table: &Table) -> Option<Garbage> {
    if !table.die() {
        return None;
    }
    registry::remove(table);
    owners::disown(table);
    Some(table.clear().1)
}

/// A table's identifier: its name, or its reference.
pub fn identifier<A: crate::term::Alloc + ?Sized>(a: &mut A, table: &alloc::sync::Arc<Table>) -> Term {
    if table.options.named { Term::atom(table.name()) } else { reference(a, table) }
}

/// A table's magic reference.
pub fn reference<A: crate::term::Alloc + ?Sized>(a: &mut A, table: &alloc::sync::Arc<Table>) -> Term {
    crate::term::build::magic_reference(a, table.reference, table.clone())
}
