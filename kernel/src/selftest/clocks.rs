//! Timers, clocks, randomness.

use super::workers::everywhere;
use super::{Outcome, check};
use crate::platform::Machine;
use crate::{entropy, idle, log, time};
use alloc::vec;
use core::sync::atomic::{AtomicU64, Ordering::SeqCst};

/// Sleeps so long; answers by how many nanoseconds longer it was.
fn lateness(ms: u64) -> u64 {
    let deadline = time::monotonic_ns() + ms * 1_000_000;
    while time::monotonic_ns() < deadline {
        idle::park(Some(deadline));
    }
    let late = time::monotonic_ns() - deadline;
    log!("{ms} ms: {} us late", late / 1000);
    late
}

/// Sleeps last as long as they should.
pub fn timer(_: &'static Machine) -> Outcome {
    for ms in [1, 2, 5, 20, 100] {
        // A busy host may take the CPU away from the guest just then: one good try is enough.
        let late = (0..8).map(|_| lateness(ms)).find(|late| *late < 20_000_000);
        check!(late.is_some(), "woken much too late");
    }
    let start = time::monotonic_ns();
    idle::park(Some(start));
    idle::park(Some(0));
    check!(time::monotonic_ns() - start < 20_000_000, "a deadline that has passed was waited for");
    Ok(())
}

static LAST: AtomicU64 = AtomicU64::new(0);
static BACKWARDS: AtomicU64 = AtomicU64::new(0);
static WORST: AtomicU64 = AtomicU64::new(0);

/// The monotonic clock never goes back, wherever it is read; and what the clocks say, for the host to compare.
pub fn monotonic(_: &'static Machine) -> Outcome {
    let (wall, start) = (time::wall_ns(), time::monotonic_ns());
    log!("wall {wall} tsc {} Hz", time::hz());
    everywhere(|_| {
        for _ in 0..200_000 {
            let before = LAST.load(SeqCst);
            let now = time::monotonic_ns();
            if now < before {
                BACKWARDS.fetch_add(1, SeqCst);
                WORST.fetch_max(before - now, SeqCst);
            }
            LAST.fetch_max(now, SeqCst);
        }
    });
    while time::monotonic_ns() < start + 2_000_000_000 {
        idle::park(Some(start + 2_000_000_000));
    }
    log!("wall {} after {} ns", time::wall_ns(), time::monotonic_ns() - start);
    log!("{} steps back, at most {} ns", BACKWARDS.load(SeqCst), WORST.load(SeqCst));
    check!(BACKWARDS.load(SeqCst) == 0, "the clock went back");
    Ok(())
}

/// Random bytes look random, and are never the same.
pub fn entropy(_: &'static Machine) -> Outcome {
    let mut bytes = vec![0u8; 3 << 20]; // more than one reseeding
    entropy::fill(&mut bytes);
    let ones: u64 = bytes.iter().map(|b| u64::from(b.count_ones())).sum();
    let bits = bytes.len() as u64 * 8;
    log!("{ones} ones in {bits} bits; first {:02x?}", &bytes[..16]);
    // Six standard deviations.
    check!(ones.abs_diff(bits / 2) < 6 * 2512, "ones and zeros are not balanced");
    let (a, b) = bytes.split_at(bytes.len() / 2);
    check!(a.iter().zip(b).filter(|(x, y)| x == y).count() < a.len() / 100, "the stream repeats");
    Ok(())
}
