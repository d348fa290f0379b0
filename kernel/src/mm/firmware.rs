//! The firmware's tables: physical memory that is read and never written.

use super::paging;
use crate::boot::Range;
use core::ptr::NonNull;

/// Makes a range readable and answers its address. Tables lie outside the RAM that the kernel uses.
pub fn map(address: u64, length: usize) -> NonNull<u8> {
    paging::map_missing(Range { start: address, end: address + length as u64 }, paging::RODATA);
    NonNull::new(address as *mut u8).expect("no firmware table lies at page 0")
}

/// A range as bytes.
/// # Safety
/// Nobody writes to the range any more: it belongs to a table that the firmware finished before the boot.
pub unsafe fn bytes(address: u64, length: usize) -> &'static [u8] {
    let start = map(address, length);
    // SAFETY: mapped for good by `map`, and the caller says that nobody writes there.
    unsafe { core::slice::from_raw_parts(start.as_ptr(), length) }
}
