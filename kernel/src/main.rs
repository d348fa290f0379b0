//! The bare machine under the VM. `asm/boot.s` brings the first CPU from the PVH entry to [`kernel_main`].
#![no_std]
#![no_main]

mod exit;
mod lang;
mod port;

core::arch::global_asm!(include_str!("asm/boot.s"));
core::arch::global_asm!(include_str!("asm/memory.s"));

/// Where the first CPU enters Rust: on the boot stack, interrupts off, the first GiB mapped.
#[unsafe(no_mangle)]
extern "C" fn kernel_main(_start_info: u64) -> ! {
    for &byte in b"joist: kernel up\n" {
        // SAFETY: COM1's transmit register; a write to it has no effect on memory.
        unsafe { port::outb(0x3f8, byte) };
    }
    exit::exit(0)
}
