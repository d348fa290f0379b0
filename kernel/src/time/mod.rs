//! Clocks: the monotonic one counts the TSC, the wall clock adds an offset read once at boot.

pub mod calibrate;
pub mod kvmclock;
pub mod pit;
pub mod rtc;
pub mod timer;

use crate::arch::tsc;
use core::sync::atomic::{AtomicI64, Ordering::Relaxed};
use spin::Once;

unsafe extern "C" {
    static boot_tsc: u64;
}

/// The TSC's rate, as fixed-point factors with 32 fraction bits.
#[derive(Debug, Clone, Copy)]
struct Rate {
    start: u64,
    hz: u64,
    ns_per_cycle: u64,
    cycles_per_ns: u64,
}

static RATE: Once<Rate> = Once::new();
/// Wall clock at monotonic zero, in nanoseconds since the Unix epoch.
static EPOCH: AtomicI64 = AtomicI64::new(0);

/// The TSC when the first instruction of the kernel ran.
pub fn boot_cycles() -> u64 {
    // SAFETY: written once by boot.s before Rust ran.
    unsafe { (&raw const boot_tsc).read() }
}

/// Sets the TSC's rate; from here on the clocks run.
pub fn set_rate(hz: u64) {
    RATE.call_once(|| Rate {
        start: boot_cycles(),
        hz,
        ns_per_cycle: ((1_000_000_000u128 << 32) / u128::from(hz)) as u64,
        cycles_per_ns: ((u128::from(hz) << 32) / 1_000_000_000) as u64,
    });
}

/// Cycles of the TSC in a second; before it is known, a guess on the high side, good enough for boot's delays.
pub fn hz() -> u64 {
    RATE.get().map_or(5_000_000_000, |r| r.hz)
}

/// Nanoseconds since the kernel's entry. Zero until the rate is known.
#[inline]
pub fn monotonic_ns() -> u64 {
    let Some(rate) = RATE.get() else { return 0 };
    let cycles = tsc::read().saturating_sub(rate.start);
    ((u128::from(cycles) * u128::from(rate.ns_per_cycle)) >> 32) as u64
}

/// The TSC's value at a monotonic time.
pub fn cycles_at(ns: u64) -> u64 {
    RATE.get().map_or(0, |r| r.start + ((u128::from(ns) * u128::from(r.cycles_per_ns)) >> 32) as u64)
}

/// Nanoseconds since the Unix epoch.
pub fn wall_ns() -> i64 {
    EPOCH.load(Relaxed) + monotonic_ns() as i64
}

/// Sets the wall clock.
pub fn set_wall_ns(now: i64) {
    EPOCH.store(now - monotonic_ns() as i64, Relaxed);
}

/// Waits at least so many microseconds.
pub fn delay_us(us: u64) {
    tsc::delay(us * (hz() / 1_000_000));
}
