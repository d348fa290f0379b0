//! Memory: what there is, how it is mapped (everything at its physical address, no page both writable and
//! executable, nothing at page 0), and the heap.

mod c_heap;
pub mod device;
pub mod firmware;
pub mod heap;
pub mod paging;
pub mod regions;
pub mod stack;

use crate::boot::BootInfo;
use regions::Regions;

/// Below this no node starts; said in one line instead of dying in the middle of the boot.
const MINIMUM: u64 = 16 << 20;

/// Builds the page tables, switches to them and opens the heap. The first CPU only.
/// # Errors
/// The machine has too little memory; the value is what there is.
pub fn init(boot: &BootInfo) -> Result<(), TooLittle> {
    let mut regions = Regions::usable(boot);
    if regions.total() < MINIMUM {
        return Err(TooLittle(regions.total()));
    }
    paging::init(&mut regions);
    for range in regions.as_slice() {
        // SAFETY: `regions` holds RAM that nobody uses, mapped writable by `paging::init`; each range is given once.
        unsafe { heap::add(range.start, range.len()) };
    }
    Ok(())
}

/// So many bytes are usable, and that is too little.
#[derive(Debug, Clone, Copy)]
pub struct TooLittle(pub u64);

impl core::fmt::Display for TooLittle {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(
            f,
            "too little memory: {} KiB are free beside the image, at least {} KiB are needed; \
             give the machine more (qemu: -m 64M)",
            self.0 >> 10,
            MINIMUM >> 10
        )
    }
}
