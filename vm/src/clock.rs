//! The node's clocks, as Erlang tells them (`erl_time_sup.c`).

use core::sync::atomic::{AtomicI64, Ordering};

use crate::platform::platform;
use crate::term::{Alloc, Term, build};

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

/// Nanoseconds since 1970.
#[must_use]
pub fn system() -> i64 {
    platform().system_time_ns()
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
