//! `erlang:system_monitor/2`: who hears of long collections and slices, large heaps and long queues (`erl_trace.c`,
//! `monitor_long_gc` and those beside it). A trace session of OTP 29 may have a monitor of its own.

use alloc::vec::Vec;
use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::atom::{self, Atom};
use crate::code::Location;
use crate::platform::platform;
use crate::process::{self, Message, Process, Signal};
use crate::sync::Mutex;
use crate::term::{Pid, PortId, Term, build};

/// What a monitor wants; 0 for nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    /// Milliseconds.
    pub long_gc: u64,
    pub long_schedule: u64,
    /// Words.
    pub large_heap: u64,
    /// Messages: monitored from the second number on until there are no more than the first.
    pub long_message_queue: Option<(u64, u64)>,
    pub busy_port: bool,
    pub busy_dist_port: bool,
}

/// A monitor.
#[derive(Debug, Clone, Copy)]
pub struct Monitor {
    pub session: u64,
    pub to: Pid,
    pub limits: Limits,
}

static MONITORS: Mutex<Vec<Monitor>> = Mutex::new(Vec::new());
/// Does anybody want to hear of collections, slices, queues, ports?
static COLLECTIONS: AtomicBool = AtomicBool::new(false);
static SLICES: AtomicBool = AtomicBool::new(false);
/// From so many messages on somebody wants to hear of it.
static QUEUES: AtomicU64 = AtomicU64::new(u64::MAX);
static PORTS: AtomicBool = AtomicBool::new(false);

/// The monitor of a session, while its process is there.
pub fn get(session: u64) -> Option<Monitor> {
    MONITORS.lock().iter().find(|m| m.session == session && process::lookup(m.to).is_some()).copied()
}

/// Sets (or takes out) the monitor of a session.
pub fn set(session: u64, monitor: Option<(Pid, Limits)>) {
    let mut all = MONITORS.lock();
    all.retain(|m| m.session != session);
    all.extend(monitor.map(|(to, limits)| Monitor { session, to, limits }));
    let any = |f: fn(&Limits) -> bool| all.iter().any(|m| f(&m.limits));
    COLLECTIONS.store(any(|l| l.long_gc | l.large_heap != 0), Ordering::Release);
    SLICES.store(any(|l| l.long_schedule != 0), Ordering::Release);
    PORTS.store(any(|l| l.busy_port), Ordering::Release);
    let queue = all.iter().filter_map(|m| m.limits.long_message_queue).map(|(_, high)| high).min();
    QUEUES.store(queue.unwrap_or(u64::MAX), Ordering::Release);
}

fn each(wanted: impl Fn(&Limits) -> bool, me: Pid, make: impl Fn(&mut crate::heap::Fragments) -> (Atom, Term)) {
    let monitors: Vec<Monitor> = MONITORS.lock().iter().filter(|m| wanted(&m.limits)).copied().collect();
    for m in monitors.into_iter().filter(|m| m.to != me) {
        let message = Message::from_system(|h| {
            let (what, details) = make(h);
            build::tuple(h, &[Term::atom(atom::MONITOR), Term::pid(me), Term::atom(what), details])
        });
        process::deliver(m.to, Signal::Message(message));
    }
}

fn list(h: &mut crate::heap::Fragments, pairs: &[(&str, Term)]) -> Term {
    let pairs: Vec<Term> = pairs.iter().map(|(k, v)| build::tuple(h, &[Term::atom(Atom::new(k)), *v])).collect();
    build::list(h, &pairs)
}

/// Is anybody interested in collections?
pub(crate) fn of_collections() -> bool {
    COLLECTIONS.load(Ordering::Relaxed)
}

/// Milliseconds that a watched collection takes longer, for tests.
static DELAY: AtomicU64 = AtomicU64::new(0);

/// Has collections that are monitored take longer.
pub fn set_collection_delay(ms: u32) {
    DELAY.store(ms.into(), Ordering::Relaxed);
}

/// Waits as long as tests want.
pub(crate) fn delay() {
    let until = platform().monotonic_ns() + DELAY.load(Ordering::Relaxed) * 1_000_000;
    while platform().monotonic_ns() < until {
        core::hint::spin_loop();
    }
}

/// A collection is over.
pub(crate) fn collected(p: &Process, took_ns: u64) {
    const ITEMS: [&str; 6] =
        ["old_heap_block_size", "heap_block_size", "mbuf_size", "stack_size", "old_heap_size", "heap_size"];
    let info: Vec<(&str, Term)> = ITEMS
        .into_iter()
        .filter_map(|k| p.gc_info().find(|(name, _)| *name == k).map(|(_, n)| (k, Term::small(n as i64))))
        .collect();
    let ms = took_ns / 1_000_000;
    each(
        |l| l.long_gc != 0 && ms > l.long_gc,
        p.pid(),
        |h| {
            let mut all = alloc::vec![("timeout", Term::small(ms as i64))];
            all.extend(&info);
            (Atom::new("long_gc"), list(h, &all))
        },
    );
    let size = p.heap.total_size() as u64;
    each(|l| l.large_heap != 0 && size > l.large_heap, p.pid(), |h| (Atom::new("large_heap"), list(h, &info)));
}

/// A process has to wait for a port that is busy. (No node is connected: no port is busy for the distribution.)
pub(crate) fn busy_port(pid: Pid, port: PortId) {
    if PORTS.load(Ordering::Relaxed) {
        each(|l| l.busy_port, pid, |_| (Atom::new("busy_port"), Term::port(port)));
    }
}

/// Is anybody interested in slices?
pub(crate) fn of_slices() -> bool {
    SLICES.load(Ordering::Relaxed)
}

/// A slice is over that began in one function and ended in another.
pub(crate) fn ran(p: &Process, took_ns: u64, began: Option<Location>, ended: Option<Location>) {
    let ms = took_ns / 1_000_000;
    each(
        |l| l.long_schedule != 0 && ms > l.long_schedule,
        p.pid(),
        |h| {
            let name = |h: &mut crate::heap::Fragments, l: &Option<Location>| match l {
                Some(l) => {
                    let m = l.mfa;
                    let parts = [Term::atom(m.module), Term::atom(m.function), Term::small(i64::from(m.arity))];
                    build::tuple(h, &parts)
                }
                None => Term::atom(atom::UNDEFINED),
            };
            let (began, ended) = (name(h, &began), name(h, &ended));
            (Atom::new("long_schedule"), list(h, &[("timeout", Term::small(ms as i64)), ("in", began), ("out", ended)]))
        },
    );
}

/// A process has so many messages now.
#[inline]
pub(crate) fn queued(p: &mut Process) {
    let len = p.mailbox.len() as u64;
    if len >= QUEUES.load(Ordering::Relaxed) || p.long_queue {
        queue_changed(p, len);
    }
}

#[cold]
fn queue_changed(p: &mut Process, len: u64) {
    let me = p.pid();
    let what = Atom::new("long_message_queue");
    if p.long_queue {
        let over = MONITORS.lock().iter().all(|m| m.limits.long_message_queue.is_none_or(|(low, _)| len <= low));
        if over {
            p.long_queue = false;
            each(|l| l.long_message_queue.is_some(), me, |_| (what, Term::bool(false)));
        }
    } else {
        p.long_queue = true;
        each(|l| l.long_message_queue.is_some_and(|(_, high)| len >= high), me, |_| (what, Term::bool(true)));
    }
}
