//! A CPU's own free blocks: a short list for each size class, filled from and emptied into [`spans`] by the batch.

use super::classes::{COUNT, SIZES};
use super::spans;
use core::ptr::null_mut;

/// What a free block holds: the next one.
pub struct Free {
    pub next: *mut Free,
}

#[derive(Clone, Copy)]
struct List {
    head: *mut Free,
    length: u32,
}

pub struct Cache {
    lists: [List; COUNT],
}

// SAFETY: the pointers lead to free blocks that belong to the cache alone.
unsafe impl Send for Cache {}

/// How many blocks of a class move at once: 8 KiB of them, but at least a few.
fn batch(class: usize) -> u32 {
    (8192 / SIZES[class]).clamp(4, 64)
}

impl Cache {
    pub const fn new() -> Self {
        Cache { lists: [List { head: null_mut(), length: 0 }; COUNT] }
    }

    /// A block of the class; null if memory is out.
    #[inline]
    pub fn take(&mut self, class: usize) -> *mut u8 {
        let list = &mut self.lists[class];
        if list.head.is_null() {
            (list.head, list.length) = spans::take(class, batch(class));
            if list.head.is_null() {
                return null_mut();
            }
        }
        let block = list.head;
        // SAFETY: blocks on the list are free, and hold the next one's address.
        list.head = unsafe { (*block).next };
        list.length -= 1;
        block.cast()
    }

    /// Takes a block back.
    /// # Safety
    /// It came from [`Cache::take`] of this class, on any CPU, and is used by nobody any more.
    #[inline]
    pub unsafe fn give(&mut self, class: usize, block: *mut u8) {
        let list = &mut self.lists[class];
        let block = block.cast::<Free>();
        // SAFETY: the block is ours now, and no class is smaller than a pointer or less aligned.
        unsafe { (*block).next = list.head };
        list.head = block;
        list.length += 1;
        if list.length > 2 * batch(class) {
            self.flush(class);
        }
    }

    /// Gives a batch back to the spans.
    #[cold]
    fn flush(&mut self, class: usize) {
        let list = &mut self.lists[class];
        let count = batch(class);
        let first = list.head;
        // SAFETY: the list is longer than `count`, so each of the blocks walked is there.
        unsafe {
            let mut last = first;
            for _ in 1..count {
                last = (*last).next;
            }
            list.head = (*last).next;
            (*last).next = null_mut();
            list.length -= count;
            spans::give(class, first);
        }
    }
}
