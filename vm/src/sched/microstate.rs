//! Microstate accounting: what each scheduler does with its time, counted while `system_flag(microstate_accounting,
//! true)` is in force (`erl_msacc.c`).

use core::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};

use alloc::vec::Vec;

use super::queue::{scheduler, schedulers};
use crate::platform::platform;

/// What a scheduler does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum State {
    /// Timers.
    Aux = 0,
    /// Asking the platform for events.
    CheckIo = 1,
    /// Running processes.
    Emulator = 2,
    /// Collecting garbage.
    Gc = 3,
    Other = 4,
    /// In ports' drivers.
    Port = 5,
    Sleep = 6,
}

/// The states' names, in their order.
pub const NAMES: [&str; 7] = ["aux", "check_io", "emulator", "gc", "other", "port", "sleep"];

/// One scheduler's counters, in nanoseconds.
#[derive(Debug, Default)]
pub(super) struct Counters {
    spent: [AtomicU64; NAMES.len()],
    state: AtomicU8,
    since: AtomicU64,
}

static ON: AtomicBool = AtomicBool::new(false);

/// A scheduler enters a state; answers the one it was in.
#[inline]
pub(crate) fn enter(id: usize, state: State) -> State {
    if ON.load(Ordering::Relaxed) { enter_counted(id, state) } else { State::Other }
}

#[cold]
fn enter_counted(id: usize, state: State) -> State {
    let c = &scheduler(id).microstates;
    let now = platform().monotonic_ns();
    let since = c.since.swap(now, Ordering::Relaxed);
    let before = c.state.swap(state as u8, Ordering::Relaxed);
    // 0: it was not counted yet.
    if since != 0 {
        c.spent[usize::from(before)].fetch_add(now.saturating_sub(since), Ordering::Relaxed);
    }
    ALL[usize::from(before)]
}

const ALL: [State; NAMES.len()] =
    [State::Aux, State::CheckIo, State::Emulator, State::Gc, State::Other, State::Port, State::Sleep];

/// Does work in a state, on whatever scheduler this is.
pub(crate) fn during<R>(state: State, work: impl FnOnce() -> R) -> R {
    if !ON.load(Ordering::Relaxed) {
        return work();
    }
    let Some(id) = platform().current_scheduler() else { return work() };
    let before = enter(id, state);
    let result = work();
    enter(id, before);
    result
}

/// Begins or ends to count; was it counted before?
pub fn count(on: bool) -> bool {
    let before = ON.swap(on, Ordering::AcqRel);
    if on && !before {
        (0..schedulers()).for_each(|id| scheduler(id).microstates.since.store(0, Ordering::Relaxed));
    }
    before
}

/// Begins at nothing again; is it counted?
pub fn reset() -> bool {
    for id in 0..schedulers() {
        scheduler(id).microstates.spent.iter().for_each(|s| s.store(0, Ordering::Relaxed));
    }
    ON.load(Ordering::Acquire)
}

/// What each scheduler has spent in each state.
#[must_use]
pub fn spent() -> Vec<[u64; NAMES.len()]> {
    let of = |id| core::array::from_fn(|i| scheduler(id).microstates.spent[i].load(Ordering::Relaxed));
    (0..schedulers()).map(of).collect()
}
