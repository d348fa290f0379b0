//! QEMU's emulation keeps the translations of addresses in a table that begins with room for 256 pages, and that grows, by
//! what is used of it, only when it is flushed (its `accel/tcg/cputlb.c`). Other systems flush it whenever they switch
//! between address spaces. Here nothing would, and a node that moves much data would wait for page walks all the time.

use super::{cpuid, percpu};
use core::sync::atomic::Ordering::Relaxed;
use x86_64::instructions::tlb;

/// Flushes are this far apart at least and at most: at first an eighth of the time since the boot.
const LEAST_NS: u64 = 1_000_000;
const MOST_NS: u64 = 100_000_000;

/// Flushes the calling CPU's table if it is time to; whoever has little to do calls it now and then.
pub fn tend(now_ns: u64) {
    let due = &percpu::current().tlb_flush_at;
    if now_ns < due.load(Relaxed) {
        return;
    }
    let emulated = cpuid::hypervisor_signature() == *b"TCGTCGTCGTCG";
    if emulated {
        tlb::flush_all();
    }
    due.store(if emulated { now_ns + (now_ns / 8).clamp(LEAST_NS, MOST_NS) } else { u64::MAX }, Relaxed);
}
