//! Port I/O. The functions are safe to *call* for ports whose devices can't reach memory; which ports those are is
//! checked here, in one place, rather than at every call.

use core::arch::asm;

/// A port of a device that does no DMA of its own: serial lines, timers, the RTC, PCI configuration, ACPI registers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Port(u16);

impl Port {
    /// # Safety
    /// No value written to or read from the port may break Rust's memory.
    pub const unsafe fn new(number: u16) -> Self {
        Port(number)
    }

    /// The port so many further on.
    /// # Safety
    /// As [`Port::new`].
    pub const unsafe fn at(self, offset: u16) -> Self {
        Port(self.0 + offset)
    }

    pub fn read(self) -> u8 {
        let value: u8;
        // SAFETY: `new`'s caller vouched for the port; `in` touches no memory.
        unsafe { asm!("in al, dx", in("dx") self.0, out("al") value, options(nomem, nostack, preserves_flags)) }
        value
    }

    pub fn write(self, value: u8) {
        // SAFETY: `new`'s caller vouched for the port; `out` touches no memory.
        unsafe { asm!("out dx, al", in("dx") self.0, in("al") value, options(nomem, nostack, preserves_flags)) }
    }

    pub fn read16(self) -> u16 {
        let value: u16;
        // SAFETY: as in `read`.
        unsafe { asm!("in ax, dx", in("dx") self.0, out("ax") value, options(nomem, nostack, preserves_flags)) }
        value
    }

    pub fn write16(self, value: u16) {
        // SAFETY: as in `write`.
        unsafe { asm!("out dx, ax", in("dx") self.0, in("ax") value, options(nomem, nostack, preserves_flags)) }
    }

    pub fn read32(self) -> u32 {
        let value: u32;
        // SAFETY: as in `read`.
        unsafe { asm!("in eax, dx", in("dx") self.0, out("eax") value, options(nomem, nostack, preserves_flags)) }
        value
    }

    pub fn write32(self, value: u32) {
        // SAFETY: as in `write`.
        unsafe { asm!("out dx, eax", in("dx") self.0, in("eax") value, options(nomem, nostack, preserves_flags)) }
    }
}
