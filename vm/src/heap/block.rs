//! A process's heap block: plain words from the global allocator.

use alloc::alloc::{Layout, alloc, dealloc, handle_alloc_error};

/// A block of uninitialised words.
#[derive(Debug)]
pub(crate) struct Words {
    start: *mut u64,
    len: usize,
}

impl Words {
    pub(crate) const EMPTY: Words = Words { start: core::ptr::null_mut(), len: 0 };

    fn layout(len: usize) -> Layout {
        Layout::array::<u64>(len).expect("heap too large")
    }

    pub(crate) fn new(len: usize) -> Words {
        if len == 0 {
            return Words::EMPTY;
        }
        let layout = Self::layout(len);
        // SAFETY: the layout's size is not zero.
        let start = unsafe { alloc(layout) }.cast::<u64>();
        if start.is_null() {
            handle_alloc_error(layout);
        }
        Words { start, len }
    }

    #[inline(always)]
    pub(crate) const fn start(&self) -> *mut u64 {
        self.start
    }

    #[inline(always)]
    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    #[inline(always)]
    pub(crate) fn end(&self) -> *mut u64 {
        self.start.wrapping_add(self.len)
    }
}

impl Drop for Words {
    fn drop(&mut self) {
        if self.len != 0 {
            // SAFETY: allocated by `new` with this layout.
            unsafe { dealloc(self.start.cast(), Self::layout(self.len)) }
        }
    }
}
