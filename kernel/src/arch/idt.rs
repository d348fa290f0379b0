//! The interrupt table, one for all CPUs, and the Rust side of every entry.

use super::frame::Frame;
use super::{gdt, irq};
use crate::report;
use core::sync::atomic::{AtomicU64, Ordering::Relaxed};
use spin::Once;
use x86_64::VirtAddr;
use x86_64::instructions::tables::lidt;
use x86_64::structures::DescriptorTablePointer;

/// A gate of 16 bytes (Intel SDM vol. 3, figure 6-8).
type Gates = [[u64; 2]; 256];

static GATES: Once<Gates> = Once::new();
static SPURIOUS: AtomicU64 = AtomicU64::new(0);

unsafe extern "C" {
    static interrupt_stubs: u8;
}

/// Loads the table on the calling CPU.
pub fn install() {
    let gates = GATES.call_once(|| {
        let base = &raw const interrupt_stubs as u64;
        core::array::from_fn(|vector| {
            let entry = base + vector as u64 * 16;
            let ist = u64::from(gdt::ist_of(vector as u8));
            // Code segment 8, a 64-bit interrupt gate (type 14, present).
            let low = entry & 0xffff | 8 << 16 | ist << 32 | 0x8e << 40 | (entry >> 16 & 0xffff) << 48;
            [low, entry >> 32]
        })
    });
    let pointer = DescriptorTablePointer { limit: (size_of::<Gates>() - 1) as u16, base: VirtAddr::from_ptr(gates) };
    // SAFETY: the table is static, and each of its gates leads to an entry of asm/interrupts.s on an IST stack.
    unsafe { lidt(&pointer) };
}

/// Called by `asm/interrupts.s` with interrupts off, on an IST stack.
#[unsafe(no_mangle)]
extern "C" fn interrupt_entry(frame: &mut Frame) {
    match frame.vector as u8 {
        2 => report::stop_this_cpu(frame),
        vector @ 0..32 => report::exception(vector, frame),
        vector => {
            if !irq::dispatch(vector) {
                SPURIOUS.fetch_add(1, Relaxed);
            }
        }
    }
}
