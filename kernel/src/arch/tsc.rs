//! The time-stamp counter.

use core::arch::x86_64::{_mm_lfence, _rdtsc};

/// The counter, read in program order.
#[inline]
pub fn read() -> u64 {
    // SAFETY: every x86-64 CPU has both instructions, and neither touches memory.
    unsafe {
        _mm_lfence();
        _rdtsc()
    }
}

/// Waits at least so many cycles.
pub fn delay(cycles: u64) {
    let start = read();
    while read().wrapping_sub(start) < cycles {
        core::hint::spin_loop();
    }
}
