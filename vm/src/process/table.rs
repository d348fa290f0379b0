//! The process table: numbers to slots. Freed slots wait in a queue so that a pid is not reused soon. A later process has
//! the greater pid, as in stock Erlang until its pids wrap: the serial goes up when a number below the last one is taken.

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicUsize, Ordering};

use super::{RunState, Slot};
use crate::sync::{Chunked, Mutex};
use crate::term::Pid;

static SLOTS: Chunked<Slot> = Chunked::new();
static FREE: Mutex<Free> = Mutex::new(Free { queue: VecDeque::new(), last: u64::MAX, again: VecDeque::new() });
static LIMIT: AtomicUsize = AtomicUsize::new(262_144);
static COUNT: AtomicUsize = AtomicUsize::new(0);
/// Those that are alive: exiting ones not counted.
pub(super) static ALIVE: AtomicUsize = AtomicUsize::new(0);

/// Slots without a process.
struct Free {
    queue: VecDeque<u32>,
    /// The last pid given out; the first one is 0.
    last: u64,
    /// Pids to be given out once more (see [`rewind`]).
    again: VecDeque<Pid>,
}

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
    let mut free = FREE.lock();
    if let Some(pid) = free.again.pop_front()
        && let Some(slot) = slot_of(pid)
    {
        return Some((slot, pid));
    }
    let reused = if free.queue.len() > REST { free.queue.pop_front() } else { None };
    let n = reused.map_or_else(|| SLOTS.push_with(|i| Slot::new(i as u32)), |n| n as usize);
    let slot = SLOTS.get(n)?;
    let pid = pid_after(free.last, slot.number);
    free.last = pid.data();
    Some((slot, pid))
}

/// The first pid behind `last` with this number.
fn pid_after(last: u64, number: u32) -> Pid {
    let last = Pid::from_data(last);
    let serial = if number > last.number() { last.serial() } else { last.serial().wrapping_add(1) };
    Pid::new(number, serial)
}

/// The data of the pid that the next process gets (`erts_debug:get_internal_state(next_pid)`).
#[must_use]
pub fn next_data() -> u64 {
    let free = FREE.lock();
    if let Some(pid) = free.again.front() {
        return pid.data();
    }
    let number = if free.queue.len() > REST { free.queue.front().copied() } else { None };
    pid_after(free.last, number.unwrap_or(SLOTS.len() as u32)).data()
}

/// Has the pids from `data` on whose processes are gone given out once more, for tests of what meets a reused pid.
pub fn rewind(data: u64) {
    let mut free = FREE.lock();
    let old = |n: &u32| SLOTS.get(*n as usize).map_or(0, |s| s.inbox.lock().pid.data());
    let (mut again, rest): (Vec<u32>, Vec<u32>) =
        core::mem::take(&mut free.queue).into_iter().partition(|n| old(n) >= data);
    again.sort_by_key(old);
    free.queue = rest.into();
    let again: Vec<Pid> = again.iter().map(|n| Pid::from_data(old(n))).collect();
    free.again.extend(again);
}

/// Gives a slot back: the process in it is gone.
pub(super) fn release(slot: &'static Slot) {
    {
        let mut inbox = slot.inbox.lock();
        inbox.state = RunState::Free;
        inbox.empty();
        inbox.suspended = 0;
    }
    COUNT.fetch_sub(1, Ordering::Relaxed);
    FREE.lock().queue.push_back(slot.number);
}
