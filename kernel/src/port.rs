//! Port I/O.

use core::arch::asm;

/// Writes a byte to a port.
/// # Safety
/// What the device behind the port does with it must not break Rust's memory.
pub unsafe fn outb(port: u16, value: u8) {
    // SAFETY: `out` itself touches no memory; the caller answers for the device.
    unsafe { asm!("out dx, al", in("dx") port, in("al") value, options(nomem, nostack, preserves_flags)) }
}
