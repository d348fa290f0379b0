//! Registered names of processes and ports (`erlang:register/2`).

use hashbrown::HashMap;

use super::{Process, Slot};
use crate::atom::Atom;
use crate::sync::RwLock;
use crate::term::{Pid, PortId, Term};
use core::sync::atomic::Ordering;

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registered {
    Process(Pid),
    Port(PortId),
}

impl Registered {
    /// As a pid or port.
    #[must_use]
    pub const fn term(self) -> Term {
        match self {
            Registered::Process(p) => Term::pid(p),
            Registered::Port(p) => Term::port(p),
        }
    }
}

type Names = HashMap<u32, Registered, ahash::RandomState>;
static NAMES: RwLock<Option<Names>> = RwLock::new(None);

/// What a name stands for now.
#[must_use]
pub fn whereis(name: Atom) -> Option<Registered> {
    NAMES.read().as_ref()?.get(&name.0).copied()
}

/// All names.
#[must_use]
pub fn all() -> alloc::vec::Vec<Atom> {
    NAMES.read().iter().flatten().map(|(n, _)| Atom(*n)).collect()
}

/// Registers a name; false if it is taken, or the process has a name, or is gone.
#[must_use]
pub fn register(name: Atom, what: Registered) -> bool {
    let mut names = NAMES.write();
    let names = names.get_or_insert_with(|| HashMap::with_hasher(ahash::RandomState::with_seeds(5, 6, 7, 8)));
    if names.contains_key(&name.0) {
        return false;
    }
    if let Registered::Process(pid) = what {
        let Some(slot) = super::lookup(pid) else { return false };
        if slot.name.compare_exchange(0, name.0 + 1, Ordering::AcqRel, Ordering::Acquire).is_err() {
            return false;
        }
        // The process may have exited since: then its exit no longer sees the name.
        if !slot.holds(pid) {
            slot.name.store(0, Ordering::Release);
            return false;
        }
    }
    names.insert(name.0, what);
    true
}

/// Takes a name out; answers what it stood for.
pub fn unregister(name: Atom) -> Option<Registered> {
    let mut names = NAMES.write();
    let what = names.as_mut()?.remove(&name.0)?;
    if let Registered::Process(pid) = what
        && let Some(slot) = super::table::slot_of(pid)
    {
        let _ = slot.name.compare_exchange(name.0 + 1, 0, Ordering::AcqRel, Ordering::Acquire);
    }
    Some(what)
}

/// Takes out the name of a process that exits.
pub(super) fn process_exited(slot: &'static Slot, pid: Pid) {
    if let Some(name) = slot.registered_name() {
        let mut names = NAMES.write();
        // Someone may have given the name to another process by now.
        if let Some(names) = names.as_mut()
            && names.get(&name.0) == Some(&Registered::Process(pid))
        {
            names.remove(&name.0);
        }
        slot.name.store(0, Ordering::Release);
    }
}

impl Process {
    /// The name it is registered under.
    #[must_use]
    pub fn registered_name(&self) -> Option<Atom> {
        self.slot.registered_name()
    }
}
