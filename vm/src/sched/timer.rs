//! Timers: `receive … after`, `send_after`, `start_timer`. Each scheduler keeps those that were started on it, in
//! order of their time.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use core::sync::atomic::{AtomicU64, Ordering};

use super::queue::scheduler;
use crate::platform::platform;
use crate::process::Process;
use crate::term::Pid;

/// Names a running timer: when it fires (monotonic ns), a number that makes it unique, and whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimerKey {
    pub at: u64,
    pub number: u64,
    pub scheduler: usize,
}

impl TimerKey {
    /// Nanoseconds until it is due.
    pub fn left(self) -> u64 {
        self.at.saturating_sub(platform().monotonic_ns())
    }
}

/// What a timer does.
pub(super) enum Action {
    /// Ends the wait of a receive.
    Receive(Pid),
    Call(Box<dyn FnOnce() + Send>),
}

impl core::fmt::Debug for Action {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Action")
    }
}

/// One scheduler's timers.
#[derive(Debug, Default)]
pub(crate) struct Timers {
    pending: BTreeMap<(u64, u64), Action>,
}

fn start(at: u64, action: Action) -> TimerKey {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let key =
        TimerKey { at, number: NUMBER.fetch_add(1, Ordering::Relaxed), scheduler: super::run::current().unwrap_or(0) };
    let s = scheduler(key.scheduler);
    let mut timers = s.timers.lock();
    timers.pending.insert((at, key.number), action);
    if at < s.next_timer.load(Ordering::Relaxed) {
        s.next_timer.store(at, Ordering::Release);
        if super::run::current() != Some(key.scheduler) {
            platform().wake(key.scheduler);
        }
    }
    key
}

/// Calls `action` at (or soon after) the monotonic time `at_ns`, on some scheduler.
pub fn fire_at(at_ns: u64, action: Box<dyn FnOnce() + Send>) -> TimerKey {
    start(at_ns, Action::Call(action))
}

/// Stops a timer; false if it has fired already.
pub fn cancel(key: TimerKey) -> bool {
    scheduler(key.scheduler).timers.lock().pending.remove(&(key.at, key.number)).is_some()
}

/// Starts the timer of a `receive … after`.
pub(crate) fn start_receive_timer(p: &mut Process, ms: u64) {
    let at = platform().monotonic_ns().saturating_add(ms.saturating_mul(1_000_000));
    p.receive_timed_out = false;
    p.receive_timer = Some(start(at, Action::Receive(p.pid)));
}

/// Stops the timer of a receive that is over.
pub(crate) fn cancel_receive_timer(p: &mut Process) {
    if let Some(key) = p.receive_timer.take() {
        cancel(key);
    }
    (p.receive_timed_out, p.receive_forever) = (false, false);
}

/// Fires what is due on scheduler `id`.
pub(super) fn expire(id: usize) {
    let s = scheduler(id);
    if s.next_timer.load(Ordering::Acquire) > platform().monotonic_ns() {
        return;
    }
    loop {
        let now = platform().monotonic_ns();
        let due = {
            let mut timers = s.timers.lock();
            match timers.pending.first_entry() {
                Some(e) if e.key().0 <= now => Some(e.remove()),
                Some(e) => {
                    s.next_timer.store(e.key().0, Ordering::Release);
                    None
                }
                None => {
                    s.next_timer.store(u64::MAX, Ordering::Release);
                    None
                }
            }
        };
        match due {
            Some(Action::Receive(pid)) => receive_timeout(pid),
            Some(Action::Call(f)) => f(),
            None => return,
        }
    }
}

fn receive_timeout(pid: Pid) {
    let signal = crate::process::Signal::Call(Box::new(|p: &mut Process| {
        if p.receive_timer.is_some_and(|t| t.at <= platform().monotonic_ns()) {
            p.receive_timed_out = true;
        }
    }));
    crate::process::deliver(pid, signal);
}
