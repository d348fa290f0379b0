//! Stacks, each in its own mapping with unmapped pages around it, so that an overflow faults instead of writing over
//! something else.

use super::paging;
use alloc::alloc::{Layout, alloc};
use core::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Stacks live from here on; far from all physical memory.
const BASE: u64 = 1 << 46;
const GUARD: u64 = 64 * 1024;
const PAGE: usize = 4096;

static NEXT: AtomicU64 = AtomicU64::new(BASE);

/// A stack that is never given back.
#[derive(Debug, Clone, Copy)]
pub struct Stack {
    bottom: u64,
    size: u64,
}

impl Stack {
    /// # Panics
    /// When there is no memory for it.
    pub fn new(size: usize) -> Self {
        let layout = Layout::from_size_align(size, PAGE).expect("stack sizes are small");
        // SAFETY: the layout's size is not zero.
        let memory = unsafe { alloc(layout) } as u64;
        assert!(memory != 0, "no memory for a stack");
        let size = size as u64;
        let bottom = NEXT.fetch_add(size + GUARD, Relaxed) + GUARD;
        paging::map(bottom, memory, size, paging::DATA);
        Stack { bottom, size }
    }

    pub fn bottom(self) -> u64 {
        self.bottom
    }

    pub fn top(self) -> u64 {
        self.bottom + self.size
    }
}

/// Does the address lie in the region of stacks?
pub fn contains(address: u64) -> bool {
    (BASE..NEXT.load(Relaxed)).contains(&address)
}

/// Is the address one just below a stack, where only an overflow leads?
pub fn is_guard(address: u64) -> bool {
    let boot = crate::image::boot_stack_range().start;
    contains(address) || (boot - 4096..boot).contains(&address)
}
