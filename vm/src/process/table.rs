//! The process table: numbers to slots. Freed slots wait in a queue so that a pid is not reused soon.

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicUsize, Ordering};

use super::{RunState, Slot};
use crate::sync::{Chunked, Mutex};
use crate::term::Pid;

static SLOTS: Chunked<Slot> = Chunked::new();
static FREE: Mutex<VecDeque<u32>> = Mutex::new(VecDeque::new());
static LIMIT: AtomicUsize = AtomicUsize::new(262_144);
static COUNT: AtomicUsize = AtomicUsize::new(0);
/// Those that are alive: exiting ones not counted.
pub(super) static ALIVE: AtomicUsize = AtomicUsize::new(0);

/// Slots that stay unused between a process's death and the reuse of its number.
const REST: usize = 64;

/// Sets the most processes there may be (`+P`).
pub fn set_limit(limit: usize) {
    LIMIT.store(limit, Ordering::Relaxed);
}

/// The most processes there may be.
pub fn limit() -> usize {
    LIMIT.load(Ordering::Relaxed)
}

/// How many processes there are (`system_info(process_count)`).
pub fn count() -> usize {
    COUNT.load(Ordering::Relaxed)
}

/// How many processes `processes()` lists.
pub fn alive() -> usize {
    ALIVE.load(Ordering::Relaxed)
}

/// The slot of a process that is alive.
pub fn lookup(pid: Pid) -> Option<&'static Slot> {
    SLOTS.get(pid.number() as usize).filter(|s| s.holds(pid))
}

/// The slot of a pid, whoever is in it now.
pub(super) fn slot_of(pid: Pid) -> Option<&'static Slot> {
    SLOTS.get(pid.number() as usize)
}

/// The pids of all processes, exiting ones not counted.
pub fn pids() -> Vec<Pid> {
    SLOTS
        .iter()
        .filter_map(|s| match s.alive.load(Ordering::Acquire) {
            0 => None,
            data => Some(Pid::from_data(data - 1)),
        })
        .collect()
}

/// Calls `f` with all slots there have ever been.
pub(crate) fn each_slot(f: impl FnMut(&'static Slot)) {
    SLOTS.iter().for_each(f);
}

/// A slot for a new process, with the pid it will have; none when the limit is reached.
pub(super) fn claim() -> Option<(&'static Slot, Pid)> {
    if COUNT.fetch_add(1, Ordering::Relaxed) >= limit() {
        COUNT.fetch_sub(1, Ordering::Relaxed);
        return None;
    }
    let reused = {
        let mut free = FREE.lock();
        if free.len() > REST { free.pop_front() } else { None }
    };
    if let Some(slot) = reused.and_then(|n| SLOTS.get(n as usize)) {
        let old = slot.inbox.lock().pid;
        return Some((slot, Pid::new(slot.number, old.serial().wrapping_add(1))));
    }
    let n = SLOTS.push_with(|i| Slot::new(i as u32));
    let slot = SLOTS.get(n)?;
    Some((slot, Pid::new(slot.number, 0)))
}

/// Gives a slot back: the process in it is gone.
pub(super) fn release(slot: &'static Slot) {
    {
        let mut inbox = slot.inbox.lock();
        inbox.state = RunState::Free;
        inbox.signals = VecDeque::new();
        inbox.suspended = 0;
    }
    COUNT.fetch_sub(1, Ordering::Relaxed);
    FREE.lock().push_back(slot.number);
}
