//! The node's clocks, as Erlang tells them (`erl_time_sup.c`).

use core::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use crate::atom::{self, Atom};
use crate::heap::OwnedTerm;
use crate::platform::platform;
use crate::process::{self, Message, MonitorKind, Process, Signal, deliver};
use crate::term::{Alloc, Reference, Term, build};

/// Nanoseconds of the monotonic clock, which starts negative as stock's does.
#[must_use]
pub fn monotonic() -> i64 {
    monotonic_of(platform().monotonic_ns())
}

/// The same for a time of the platform's.
#[must_use]
pub const fn monotonic_of(ns: u64) -> i64 {
    ns as i64 - (1 << 59)
}

/// What the monotonic clock lacks to the time since 1970, and when that is looked at again.
static OFFSET: AtomicI64 = AtomicI64::new(0);
static LOOK: AtomicU64 = AtomicU64::new(0);
/// The platform's clocks are slewed alike: a difference from before means that somebody set one of them.
const SET_NS: u64 = 1_000_000_000;
/// Both clocks are read at once if it takes no longer than this.
const AT_ONCE_NS: u64 = 100_000;

/// Nanoseconds since 1970: the monotonic time and an offset that stays, so that both clocks go alike.
#[must_use]
pub fn system() -> i64 {
    let ns = platform().monotonic_ns();
    if ns >= LOOK.load(Ordering::Acquire) {
        look();
    }
    monotonic_of(ns) + OFFSET.load(Ordering::Acquire)
}

/// The difference of the two.
#[must_use]
pub fn offset() -> i64 {
    let _ = system();
    OFFSET.load(Ordering::Acquire)
}

/// Has somebody set the platform's clock? Then Erlang's follows, and who monitors the offset is told. (Stock's would
/// come nearer by one percent of the time that passes, for hours.)
fn look() {
    let first = LOOK.load(Ordering::Acquire) == 0;
    let before = platform().monotonic_ns();
    let system = platform().system_time_ns();
    let after = platform().monotonic_ns();
    if after - before > AT_ONCE_NS && !first {
        return;
    }
    let (now, was) = (system - monotonic_of(before), OFFSET.load(Ordering::Acquire));
    if first || now.abs_diff(was) >= SET_NS {
        let changed = OFFSET.compare_exchange(was, now, Ordering::AcqRel, Ordering::Acquire).is_ok();
        if changed && !first {
            for pid in process::pids() {
                deliver(pid, Signal::Call(alloc::boxed::Box::new(move |p| tell(p, now))));
            }
        }
    }
    LOOK.store(after + SET_NS, Ordering::Release);
}

/// `{'CHANGE', Monitor, time_offset, clock_service, Offset}` for each such monitor of a process.
fn tell(p: &mut Process, offset: i64) {
    let me = p.pid();
    let monitors = p.links.monitors.iter().filter(|(_, m)| m.kind == MonitorKind::TimeOffset);
    for (numbers, tag) in monitors.map(|(n, m)| (*n, m.tag.clone())).collect::<alloc::vec::Vec<_>>() {
        let message = Message::build(|h| {
            let tag = tag.as_ref().map_or(Term::atom(Atom::new("CHANGE")), OwnedTerm::get);
            let words = [
                crate::heap::copy(h, tag),
                build::reference(h, Reference { numbers, pid: None }),
                Term::atom(atom::TIME_OFFSET),
                Term::atom(atom::CLOCK_SERVICE),
                build::integer(h, offset),
            ];
            build::tuple(h, &words)
        });
        deliver(me, Signal::Message(message));
    }
}

/// A number that no other call answers; strictly increasing.
pub fn unique() -> i64 {
    static NEXT: AtomicI64 = AtomicI64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// Microseconds since 1970, strictly increasing (`erlang:now/0`).
pub fn unique_us() -> i64 {
    static LAST: AtomicI64 = AtomicI64::new(0);
    let now = system() / 1000;
    let last = LAST.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |last| Some(now.max(last + 1)));
    now.max(last.unwrap_or(0) + 1)
}

/// `{MegaSecs, Secs, MicroSecs}`.
pub fn timestamp<A: Alloc + ?Sized>(a: &mut A, us: i64) -> Term {
    let parts = [us / 1_000_000_000_000, us / 1_000_000 % 1_000_000, us % 1_000_000];
    build::tuple(a, &parts.map(Term::small))
}
