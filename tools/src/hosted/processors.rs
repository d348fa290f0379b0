//! Processors as threads: sleeping and waking them.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// As many as `+S` can ask for.
const MAX: usize = 64;

thread_local! {
    static CURRENT: Cell<Option<usize>> = const { Cell::new(None) };
}

#[derive(Debug, Default)]
struct Parking {
    token: Mutex<bool>,
    changed: Condvar,
}

/// Where schedulers sleep.
#[derive(Debug)]
pub struct Processors {
    parking: Vec<Parking>,
    /// Who sleeps, or is about to: a bit for each.
    parked: AtomicU64,
}

impl Processors {
    pub fn new() -> Processors {
        Processors { parking: (0..MAX).map(|_| Parking::default()).collect(), parked: AtomicU64::new(0) }
    }

    /// Sleeps until woken, or for so many nanoseconds; not at all if there is something to do, which is asked once
    /// others can see that this one sleeps.
    pub fn park(&self, id: usize, wait_ns: Option<u64>, busy: impl FnOnce() -> bool) {
        self.parked.fetch_or(1 << id, Ordering::SeqCst);
        if !busy() {
            self.sleep(id, wait_ns);
        }
        self.parked.fetch_and(!(1 << id), Ordering::SeqCst);
    }

    fn sleep(&self, id: usize, wait_ns: Option<u64>) {
        let Some(p) = self.parking.get(id) else { return };
        let mut token = p.token.lock().unwrap_or_else(PoisonError::into_inner);
        if !*token {
            token = match wait_ns {
                Some(0) => token,
                Some(ns) => {
                    let result = p.changed.wait_timeout(token, Duration::from_nanos(ns));
                    result.unwrap_or_else(PoisonError::into_inner).0
                }
                None => p.changed.wait(token).unwrap_or_else(PoisonError::into_inner),
            };
        }
        *token = false;
    }

    pub fn wake(&self, id: usize) {
        let Some(p) = self.parking.get(id) else { return };
        *p.token.lock().unwrap_or_else(PoisonError::into_inner) = true;
        p.changed.notify_one();
    }

    /// Wakes one that sleeps; if none does, those that run come by soon.
    pub fn wake_any(&self) {
        let mut parked = self.parked.load(Ordering::SeqCst);
        while parked != 0 {
            let id = parked.trailing_zeros();
            let taken = self.parked.fetch_and(!(1 << id), Ordering::SeqCst);
            if taken & (1 << id) != 0 {
                return self.wake(id as usize);
            }
            parked = self.parked.load(Ordering::SeqCst);
        }
    }
}

/// The scheduler that runs on this thread.
pub fn current() -> Option<usize> {
    CURRENT.get()
}

/// This thread is that scheduler's.
pub fn enter(id: usize) {
    CURRENT.set(Some(id));
}

/// The stack of a scheduler's thread: natives and collections don't recurse, so it need not be large.
const STACK: usize = 8 << 20;

pub fn start(id: usize, entry: fn(usize) -> !) {
    let name = format!("scheduler {}", id + 1);
    let started = std::thread::Builder::new().name(name).stack_size(STACK).spawn(move || {
        enter(id);
        entry(id)
    });
    if let Err(e) = started {
        eprintln!("joist: no thread for scheduler {}: {e}", id + 1);
        std::process::exit(1);
    }
}
