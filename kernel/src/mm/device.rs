//! Device registers in memory.

use super::paging;
use crate::boot::Range;

/// A mapped block of registers. Reads and writes are checked against its length; what a device does with them is the
/// driver's business.
#[derive(Debug)]
pub struct Registers {
    base: u64,
    length: usize,
}

impl Registers {
    /// Maps the registers at a physical address that the machine's tables or the device itself named.
    pub fn map(base: u64, length: usize) -> Self {
        paging::map_missing(Range { start: base, end: base + length as u64 }, paging::DEVICE);
        Registers { base, length }
    }

    fn at<T>(&self, offset: usize) -> *mut T {
        assert!(offset + size_of::<T>() <= self.length && offset.is_multiple_of(size_of::<T>()), "register offset");
        (self.base as usize + offset) as *mut T
    }

    pub fn write8(&self, offset: usize, value: u8) {
        // SAFETY: `at` checked that it lies in the block, which `map` mapped and which is never unmapped; it holds
        // registers, no Rust object.
        unsafe { self.at::<u8>(offset).write_volatile(value) }
    }

    pub fn write16(&self, offset: usize, value: u16) {
        // SAFETY: as in `write8`.
        unsafe { self.at::<u16>(offset).write_volatile(value) }
    }

    pub fn read32(&self, offset: usize) -> u32 {
        // SAFETY: as in `write8`.
        unsafe { self.at::<u32>(offset).read_volatile() }
    }

    pub fn write32(&self, offset: usize, value: u32) {
        // SAFETY: as in `write8`.
        unsafe { self.at::<u32>(offset).write_volatile(value) }
    }
}
