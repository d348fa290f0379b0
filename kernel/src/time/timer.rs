//! Each CPU's own timer, armed only while it sleeps.

use super::{cycles_at, monotonic_ns};
use crate::arch::{apic, cpuid, irq, percpu};
use core::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use x86_64::registers::model_specific::Msr;

const TSC_DEADLINE: u32 = 0x6e0;

static DEADLINE_MODE: AtomicBool = AtomicBool::new(false);
/// Counts of the LAPIC timer in a second, for the one-shot mode.
static APIC_HZ: AtomicU64 = AtomicU64::new(0);

/// Chooses the mode; once, on the first CPU.
pub fn init(apic_hz: u64) {
    DEADLINE_MODE.store(cpuid::tsc_deadline(), Relaxed);
    APIC_HZ.store(apic_hz, Relaxed);
    irq::set(irq::TIMER, || {
        percpu::current().timer_ticks.fetch_add(1, Relaxed);
    });
    irq::set(irq::WAKE, || {});
}

/// Prepares the calling CPU's timer.
pub fn init_cpu() {
    if cpuid::tsc_deadline() {
        apic::timer_deadline_mode();
    } else {
        apic::timer_one_shot_mode();
    }
}

/// Has the timer interrupt this CPU at a monotonic time (or a little before, if that is very far off).
pub fn arm(deadline_ns: u64) {
    if DEADLINE_MODE.load(Relaxed) {
        // SAFETY: CPUID has the register; it only starts the timer.
        unsafe { Msr::new(TSC_DEADLINE).write(cycles_at(deadline_ns).max(1)) };
    } else {
        let left = deadline_ns.saturating_sub(monotonic_ns());
        let count = u128::from(left) * u128::from(APIC_HZ.load(Relaxed)) / 1_000_000_000;
        apic::timer_count(count.clamp(1, u128::from(u32::MAX)) as u32);
    }
}

/// Stops the calling CPU's timer.
pub fn disarm() {
    if DEADLINE_MODE.load(Relaxed) {
        // SAFETY: as in `arm`; zero disarms.
        unsafe { Msr::new(TSC_DEADLINE).write(0) };
    } else {
        apic::timer_count(0);
    }
}
