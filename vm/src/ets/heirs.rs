//! Tables that change hands: heirs, and tables given away.

use alloc::sync::Arc;

use super::owners;
use super::table::Table;
use crate::atom::Atom;
use crate::heap::{OwnedTerm, copy};
use crate::process::{Message, Signal, deliver, lookup};
use crate::term::{Pid, Term, build};

/// Who gets the table when its owner dies, and what it is told.
#[derive(Debug)]
pub struct Heir {
    pub pid: Pid,
    data: OwnedTerm,
}

/// Sets or takes away the heir. A process that is not alive inherits nothing.
pub fn set_heir(table: &Table, heir: Option<(Pid, Term)>) {
    let heir = heir.filter(|(pid, _)| lookup(*pid).is_some());
    *table.heir.lock() = heir.map(|(pid, data)| Heir { pid, data: OwnedTerm::new(data) });
}

impl Table {
    /// The heir.
    #[must_use]
    pub fn heir(&self) -> Option<Pid> {
        self.heir.lock().as_ref().map(|h| h.pid)
    }
}

/// `{'ETS-TRANSFER', Table, From, Data}`, sent to the new owner.
fn tell(table: &Arc<Table>, to: Pid, from: Pid, data: Term) {
    let message = Message::build(|h| {
        let id = super::identifier(h, table);
        let data = copy(h, data);
        build::tuple(h, &[Term::atom(Atom::new("ETS-TRANSFER")), id, Term::pid(from), data])
    });
    deliver(to, Signal::Message(message));
}

/// The owner is gone: the table goes to its heir, if there is one alive.
pub(super) fn inherit(table: &Arc<Table>, from: Pid) -> bool {
    let heir = table.heir.lock().as_ref().map(|h| (h.pid, h.data.clone()));
    let Some((pid, data)) = heir.filter(|h| h.0 != from && lookup(h.0).is_some()) else { return false };
    owners::transfer(table, pid);
    tell(table, pid, from, data.get());
    true
}

/// Gives a table to another process and tells it.
pub fn give_away(table: &Arc<Table>, to: Pid, data: Term) {
    let from = table.owner();
    owners::transfer(table, to);
    tell(table, to, from, data);
}
