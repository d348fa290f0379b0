//! Sleeping and waking. No wake-up is lost: a CPU says that it sleeps before it looks for a reason not to, a waker
//! leaves the reason before it looks who sleeps, and from that look to `hlt` interrupts are off.

use crate::arch::{apic, irq, percpu};
use crate::time::{monotonic_ns, timer};
use crate::{event, net};
use core::sync::atomic::Ordering::{Relaxed, SeqCst};
use x86_64::instructions::interrupts;

/// Sleeps until this CPU is woken, an event is pending, or the deadline has come; perhaps for less.
pub fn park(deadline_ns: Option<u64>) {
    let cpu = percpu::current();
    let deadline_ns = [deadline_ns, net::deadline_ns()].into_iter().flatten().min();
    interrupts::disable();
    cpu.sleeping.store(true, SeqCst);
    let start = monotonic_ns();
    let reason = cpu.wake_pending.load(SeqCst)
        || net::listen()
        || event::pending()
        || net::pending(start)
        || deadline_ns.is_some_and(|d| d <= start);
    if !reason {
        if let Some(deadline) = deadline_ns {
            timer::arm(deadline);
        }
        // Interrupts come back only after the next instruction: one that is due already ends the `hlt`.
        interrupts::enable_and_hlt();
        interrupts::disable();
        if deadline_ns.is_some() {
            timer::disarm();
        }
        cpu.idle_ns.fetch_add(monotonic_ns().saturating_sub(start), Relaxed);
    }
    cpu.sleeping.store(false, SeqCst);
    // Taken, not just cleared: what the waker did before must be seen by what follows.
    cpu.wake_pending.swap(false, SeqCst);
    interrupts::enable();
}

/// Wakes CPU `id` out of its [`park`], or out of its next one.
pub fn wake(id: usize) {
    let Some(cpu) = percpu::get(id) else { return };
    if !cpu.wake_pending.swap(true, SeqCst) && cpu.sleeping.load(SeqCst) && id != percpu::current().id {
        apic::send(cpu.apic_id, irq::WAKE);
    }
}

/// Nanoseconds that all CPUs together were not in `hlt`.
pub fn busy_ns() -> u64 {
    let now = monotonic_ns();
    percpu::all().map(|cpu| now.saturating_sub(cpu.idle_ns.load(Relaxed))).sum()
}
