//! Interrupts in the middle of float, red-zone and allocation work.

use super::workers::everywhere;
use super::{Outcome, check};
use crate::arch::percpu;
use crate::platform::Machine;
use crate::time::timer;
use crate::{log, time};
use alloc::vec::Vec;
use core::sync::atomic::{AtomicU64, Ordering::SeqCst};

static MISMATCHES: AtomicU64 = AtomicU64::new(0);
const DURATION_NS: u64 = 1_500_000_000;
/// How much longer it may take on a busy host.
const GRACE_NS: u64 = 20_000_000_000;
/// Interrupts that a CPU has to see.
const ENOUGH: u64 = 1000;
const PERIOD_NS: u64 = 20_000;

/// Work whose result depends on all vector registers and on the red zone of leaf functions.
#[inline(never)]
fn compute(seed: f64) -> f64 {
    let mut lanes = [seed, seed + 1.0, seed + 2.0, seed + 3.0, seed + 4.0, seed + 5.0, seed + 6.0, seed + 7.0];
    for round in 1..200 {
        for (i, lane) in lanes.iter_mut().enumerate() {
            *lane = (*lane * 1.000_1 + i as f64 / f64::from(round)) / 1.000_05;
        }
    }
    lanes.iter().sum()
}

fn work(id: usize) {
    let expected = compute(core::hint::black_box(id as f64));
    let end = time::monotonic_ns() + DURATION_NS;
    let cpu = percpu::current();
    let mut ticks = u64::MAX;
    // A busy host gives few interrupts in that time: then it goes on, though not forever.
    while time::monotonic_ns() < end
        || (cpu.timer_ticks.load(SeqCst) <= ENOUGH && time::monotonic_ns() < end + GRACE_NS)
    {
        // One interrupt after the other, each somewhere in the work below.
        let now = cpu.timer_ticks.load(SeqCst);
        if now != ticks {
            ticks = now;
            timer::arm(time::monotonic_ns() + PERIOD_NS);
        }
        let values: Vec<f64> = (0..8).map(|_| compute(core::hint::black_box(id as f64))).collect();
        if values.iter().any(|v| v.to_bits() != expected.to_bits()) {
            MISMATCHES.fetch_add(1, SeqCst);
        }
    }
    timer::disarm();
}

pub fn stress(_: &'static Machine) -> Outcome {
    everywhere(work);
    let ticks: u64 = percpu::all().map(|c| c.timer_ticks.load(SeqCst)).sum();
    log!("{ticks} timer interrupts, {} mismatches", MISMATCHES.load(SeqCst));
    check!(MISMATCHES.load(SeqCst) == 0, "an interrupt changed a computation");
    check!(ticks > ENOUGH, "hardly any interrupt came");
    Ok(())
}
