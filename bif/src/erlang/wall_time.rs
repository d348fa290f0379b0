//! `statistics(scheduler_wall_time)`: how long each scheduler has been at work since somebody wanted to know.

use alloc::vec::Vec;

use joist_vm::atom;
use joist_vm::platform::platform;
use joist_vm::process::Process;
use joist_vm::sched;
use joist_vm::sync::Mutex;
use joist_vm::term::{Term, build};

/// Dirty I/O schedulers that stock has.
const DIRTY_IO: usize = 10;

/// When the measurement began (monotonic ns), and how long each scheduler had slept then.
static SINCE: Mutex<Option<(u64, Vec<u64>)>> = Mutex::new(None);

/// Begins or ends the measurement; was it under way?
pub(crate) fn set(on: bool) -> bool {
    let new = on.then(|| (platform().monotonic_ns(), sched::slept()));
    let mut since = SINCE.lock();
    let was = since.is_some();
    if was != on {
        *since = new;
    }
    was
}

/// `[{Scheduler, Active, Total}]`, or `undefined`. There are no dirty schedulers, but stock's numbers: they do nothing.
pub(super) fn get(p: &mut Process, dirty_io: bool) -> Term {
    let Some((since, before)) = SINCE.lock().clone() else { return Term::atom(atom::UNDEFINED) };
    let total = platform().monotonic_ns().saturating_sub(since);
    let slept = sched::slept().into_iter().zip(before).map(|(now, before)| now.saturating_sub(before));
    let mut active: Vec<u64> = slept.map(|slept| total.saturating_sub(slept)).collect();
    let dirty = active.len() + if dirty_io { DIRTY_IO } else { 0 };
    active.resize(active.len() + dirty, 0);
    let total = build::unsigned(p, total);
    let mut all = Vec::with_capacity(active.len());
    for (i, active) in active.into_iter().enumerate() {
        let active = build::unsigned(p, active);
        all.push(build::tuple(p, &[Term::small(i as i64 + 1), active, total]));
    }
    build::list(p, &all)
}
