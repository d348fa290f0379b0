//! All tables: by name, and in the order in which they were made.

use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::Ordering;

use super::table::Table;
use crate::atom::Atom;
use crate::sync::RwLock;

type Names = BTreeMap<u32, Arc<Table>>;

/// Names by their atoms' lowest bits: a lock for each group.
const GROUPS: usize = 64;
static NAMES: [RwLock<Names>; GROUPS] = [const { RwLock::new(Names::new()) }; GROUPS];
static TABLES: RwLock<BTreeMap<u64, Arc<Table>>> = RwLock::new(BTreeMap::new());

fn group(name: Atom) -> &'static RwLock<Names> {
    &NAMES[name.0 as usize % GROUPS]
}

/// Do tables with these names share a lock?
#[must_use]
pub fn same_lock(a: Atom, b: Atom) -> bool {
    core::ptr::eq(group(a), group(b))
}

/// The table with this name.
#[must_use]
pub fn named(name: Atom) -> Option<Arc<Table>> {
    group(name).read().get(&name.0).cloned()
}

/// All tables, oldest first.
#[must_use]
pub fn all() -> Vec<Arc<Table>> {
    TABLES.read().values().cloned().collect()
}

/// How many tables there are.
#[must_use]
pub fn count() -> usize {
    TABLES.read().len()
}

/// Enters a table; false if its name is taken.
pub(super) fn enter(table: &Arc<Table>) -> bool {
    if table.options.named && !enter_name(table, table.name()) {
        return false;
    }
    TABLES.write().insert(table.number, table.clone());
    true
}

fn enter_name(table: &Arc<Table>, name: Atom) -> bool {
    let mut names = group(name).write();
    if names.contains_key(&name.0) {
        return false;
    }
    names.insert(name.0, table.clone());
    true
}

fn remove_name(table: &Table, name: Atom) {
    let mut names = group(name).write();
    if names.get(&name.0).is_some_and(|t| t.number == table.number) {
        names.remove(&name.0);
    }
}

/// Takes a table out. Its memory may go with this.
pub(super) fn remove(table: &Table) {
    if table.options.named {
        remove_name(table, table.name());
    }
    let gone = TABLES.write().remove(&table.number);
    drop(gone);
}

/// Gives a table another name; false if that is taken.
#[must_use]
pub fn rename(table: &Arc<Table>, to: Atom) -> bool {
    if !table.options.named {
        table.name.store(to.0, Ordering::Release);
        return true;
    }
    if !enter_name(table, to) {
        return false;
    }
    let old = Atom(table.name.swap(to.0, Ordering::AcqRel));
    remove_name(table, old);
    if !table.is_alive() {
        // Deleted meanwhile, by the old name.
        remove_name(table, to);
    }
    true
}
