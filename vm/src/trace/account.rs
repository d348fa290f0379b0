//! Time and memory that calls take, per process (`call_time`, `call_memory`): each process notes which function its
//! time goes to now, and since when (`erts_trace_time_call` in `beam_bp.c`).

use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::platform::platform;
use crate::process::Process;
use crate::sync::Mutex;
use crate::term::Pid;

/// Calls of a function, and what they took: nanoseconds, or words.
#[derive(Debug, Default)]
pub struct Account {
    by_process: Mutex<BTreeMap<Pid, (u64, u64)>>,
}

impl Account {
    fn add(&self, pid: Pid, calls: u64, amount: u64) {
        let mut all = self.by_process.lock();
        let entry = all.entry(pid).or_default();
        *entry = (entry.0 + calls, entry.1 + amount);
    }

    /// Begins at nothing again.
    pub fn reset(&self) {
        self.by_process.lock().clear();
    }

    /// Process, calls, amount.
    pub fn entries(&self) -> Vec<(Pid, u64, u64)> {
        self.by_process.lock().iter().map(|(pid, (calls, amount))| (*pid, *calls, *amount)).collect()
    }
}

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Measure {
    Time = 0,
    Memory = 1,
}

/// Where a process's time (or memory) goes in one session.
#[derive(Debug)]
struct Meter {
    session: u64,
    measure: Measure,
    current: Option<Arc<Account>>,
    since: u64,
    /// The functions that the current one returns to.
    callers: Vec<Option<Arc<Account>>>,
}

/// All meters of a process.
#[derive(Debug, Default)]
pub(crate) struct Meters(Vec<Meter>);

impl Measure {
    pub(super) const fn from_number(n: i64) -> Measure {
        if n == 0 { Measure::Time } else { Measure::Memory }
    }

    pub(super) fn read(self, p: &Process) -> u64 {
        match self {
            Measure::Time => platform().monotonic_ns(),
            // Words in use and words that were: together, all that have ever been allocated.
            Measure::Memory => p.heap.used() as u64 + p.heap.stats().reclaimed,
        }
    }
}

impl Meters {
    /// The stack is thrown away: nothing returns any more.
    pub(crate) fn forget_callers(&mut self) {
        self.0.iter_mut().for_each(|m| m.callers.clear());
    }

    fn find(&mut self, session: u64, measure: Measure) -> Option<&mut Meter> {
        self.0.iter_mut().find(|m| m.session == session && m.measure == measure)
    }
}

impl Meter {
    /// What has been used since goes to the current function.
    fn settle(&mut self, pid: Pid, now: u64) {
        if let Some(account) = &self.current {
            account.add(pid, 0, now.saturating_sub(self.since));
        }
        self.since = now;
    }
}

/// A function with an account is called, at this time. Answers the depth to put into a frame, if there is to be one.
pub(super) fn called(
    p: &mut Process,
    session: u64,
    measure: Measure,
    account: &Arc<Account>,
    frame: bool,
    now: u64,
) -> usize {
    let pid = p.pid();
    let meters = p.meters.get_or_insert_with(Default::default);
    if meters.find(session, measure).is_none() {
        meters.0.push(Meter { session, measure, current: None, since: now, callers: Vec::new() });
    }
    let Some(m) = meters.find(session, measure) else { return 0 };
    m.settle(pid, now);
    account.add(pid, 1, 0);
    let caller = m.current.replace(account.clone());
    if frame {
        m.callers.push(caller);
    }
    m.callers.len().saturating_sub(1)
}

/// The function with this frame returns.
pub(super) fn returned(p: &mut Process, session: u64, measure: Measure, depth: usize) {
    let (pid, now) = (p.pid(), measure.read(p));
    let Some(m) = p.meters.as_mut().and_then(|m| m.find(session, measure)) else { return };
    m.settle(pid, now);
    m.callers.truncate(depth + 1);
    m.current = m.callers.pop().flatten();
}

/// An exception passes the frame: its function's account stays the current one, as in stock.
pub(super) fn unwound(p: &mut Process, session: u64, measure: Measure, depth: usize) {
    if let Some(m) = p.meters.as_mut().and_then(|m| m.find(session, measure)) {
        m.callers.truncate(depth);
    }
}

/// A slice begins.
pub(crate) fn slice_begins(p: &mut Process) {
    let now = Measure::Time.read(p);
    for m in p.meters.iter_mut().flat_map(|m| &mut m.0).filter(|m| m.measure == Measure::Time) {
        m.since = now;
    }
}

/// A slice ends.
pub(crate) fn slice_ends(p: &mut Process) {
    let (pid, now) = (p.pid(), Measure::Time.read(p));
    for m in p.meters.iter_mut().flat_map(|m| &mut m.0).filter(|m| m.measure == Measure::Time) {
        m.settle(pid, now);
    }
}
