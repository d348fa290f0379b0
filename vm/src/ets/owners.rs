//! What processes own and have fixed, so that it ends with them. A process that owns or fixes a table has one
//! [`OnExit`] for all of it.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::Ordering;

use hashbrown::HashMap;

use super::table::Table;
use super::{heirs, table::Fixation};
use crate::platform::platform;
use crate::process::{OnExit, Process, Signal, deliver};
use crate::sync::Mutex;
use crate::term::{Pid, Term};

#[derive(Default)]
struct Holdings {
    owned: BTreeMap<u64, Arc<Table>>,
    fixed: BTreeMap<u64, Arc<Table>>,
    /// The process has its [`OnExit`].
    registered: bool,
}

type Owners = HashMap<u64, Holdings, ahash::RandomState>;
static OWNERS: Mutex<Option<Owners>> = Mutex::new(None);

fn with<R>(f: impl FnOnce(&mut Owners) -> R) -> R {
    f(OWNERS.lock().get_or_insert_with(|| HashMap::with_hasher(ahash::RandomState::with_seeds(2, 7, 1, 8))))
}

struct Exit;

/// The key of the one OnExit.
const KEY: u64 = u64::from_be_bytes(*b"ets     ");

impl OnExit for Exit {
    fn exited(self: Box<Self>, process: &mut Process, _: Term) {
        end(process.pid());
    }

    fn key(&self) -> u64 {
        KEY
    }
}

/// Sees to it that the process's exit is noticed.
fn register(p: &mut Process) {
    let known = with(|o| core::mem::replace(&mut o.entry(p.pid().data()).or_default().registered, true));
    if !known {
        p.add_on_exit(Box::new(Exit));
    }
}

/// The process made this table.
pub(super) fn adopt(p: &mut Process, table: &Arc<Table>) {
    with(|o| o.entry(p.pid().data()).or_default().owned.insert(table.number, table.clone()));
    register(p);
}

/// Makes another process the owner; if that one is gone by then, the table ends as if it had died owning it.
pub(super) fn transfer(table: &Arc<Table>, to: Pid) {
    let from = Pid::from_data(table.owner.swap(to.data(), Ordering::AcqRel));
    with(|o| {
        remove(o, from, |h| {
            h.owned.remove(&table.number);
        });
        o.entry(to.data()).or_default().owned.insert(table.number, table.clone());
    });
    if deliver(to, Signal::Call(Box::new(register))).is_some() {
        end(to);
    }
    if !table.is_alive() {
        // Deleted meanwhile, out of the old owner's holdings.
        disown(table);
    }
}

/// The table is gone.
pub(super) fn disown(table: &Table) {
    let fixers = core::mem::take(&mut *table.fixation.lock()).by;
    with(|o| {
        remove(o, table.owner(), |h| {
            h.owned.remove(&table.number);
        });
        for (pid, _) in &fixers {
            remove(o, *pid, |h| {
                h.fixed.remove(&table.number);
            });
        }
    });
    let n = fixers.iter().map(|f| f.1).sum();
    if n > 0 {
        table.sub_fixed(n);
    }
}

fn remove(owners: &mut Owners, pid: Pid, f: impl FnOnce(&mut Holdings)) {
    if let Some(h) = owners.get_mut(&pid.data()) {
        f(h);
    }
}

/// The tables of a process, oldest first.
#[must_use]
pub fn owned_by(pid: Pid) -> Vec<Arc<Table>> {
    with(|o| o.get(&pid.data()).map(|h| h.owned.values().cloned().collect()).unwrap_or_default())
}

/// A process is gone: so are its fixations and those of its tables that have no heir.
fn end(pid: Pid) {
    let Some(holdings) = with(|o| o.remove(&pid.data())) else { return };
    for table in holdings.owned.into_values() {
        if table.owner() == pid
            && !heirs::inherit(&table, pid)
            && let Some(garbage) = super::delete(&table)
        {
            garbage.free_later();
        }
    }
    for table in holdings.fixed.into_values() {
        let mut fixation = table.fixation.lock();
        let n = take_all(&mut fixation, pid);
        drop(fixation);
        if n > 0 {
            table.sub_fixed(n);
        }
    }
}

fn take_all(fixation: &mut Fixation, pid: Pid) -> usize {
    let i = fixation.by.iter().position(|f| f.0 == pid);
    i.map_or(0, |i| fixation.by.swap_remove(i).1)
}

/// Fixes a table for a process, once more.
pub fn fix(p: &mut Process, table: &Arc<Table>) {
    let pid = p.pid();
    {
        let mut fixation = table.fixation.lock();
        if !table.is_alive() {
            return;
        }
        if fixation.by.is_empty() {
            fixation.since = (platform().monotonic_ns(), platform().system_time_ns() as u64);
        }
        table.add_fixed();
        if let Some(f) = fixation.by.iter_mut().find(|f| f.0 == pid) {
            f.1 += 1;
            return;
        }
        fixation.by.push((pid, 1));
    }
    with(|o| o.entry(pid.data()).or_default().fixed.insert(table.number, table.clone()));
    register(p);
}

/// Takes back one fixation; nothing if the process has none.
pub fn unfix(p: &Process, table: &Table) {
    let pid = p.pid();
    let last = {
        let mut fixation = table.fixation.lock();
        let Some(i) = fixation.by.iter().position(|f| f.0 == pid) else { return };
        fixation.by[i].1 -= 1;
        let last = fixation.by[i].1 == 0;
        if last {
            fixation.by.swap_remove(i);
        }
        last
    };
    if last {
        with(|o| {
            remove(o, pid, |h| {
                h.fixed.remove(&table.number);
            })
        });
    }
    table.sub_fixed(1);
}
