//! Leaving the machine.

use crate::port;
use core::arch::asm;

/// QEMU's isa-debug-exit device, where there is one: QEMU ends with (value << 1) | 1.
const DEBUG_EXIT: u16 = 0xf4;

/// Ends the machine with an exit status.
pub fn exit(status: u8) -> ! {
    // SAFETY: ends QEMU, or does nothing.
    unsafe { port::outb(DEBUG_EXIT, status) };
    loop {
        // SAFETY: stops the CPU; nothing else runs on it afterwards.
        unsafe { asm!("cli", "hlt", options(nomem, nostack)) }
    }
}
