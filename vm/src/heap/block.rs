//! A process's heap block: plain words from the global allocator.

use alloc::alloc::{Layout, alloc, dealloc, handle_alloc_error};

use crate::fatal;

/// A block of uninitialised words.
#[derive(Debug)]
pub(crate) struct Words {
    start: *mut u64,
    len: usize,
    /// Words that were allocated: more than `len` in a block that was cut.
    allocated: usize,
}

impl Words {
    pub(crate) const EMPTY: Words = Words { start: core::ptr::null_mut(), len: 0, allocated: 0 };

    fn layout(len: usize) -> Layout {
        Layout::array::<u64>(len).expect("heap too large")
    }

    pub(crate) fn new(len: usize) -> Words {
        if len == 0 {
            return Words::EMPTY;
        }
        if let Some(words) = cache::take(len) {
            return words;
        }
        let layout = Self::layout(len);
        // SAFETY: the layout's size is not zero.
        let start = fatal::wanted_for(layout.size(), fatal::Use::Heap, || unsafe { alloc(layout) }).cast::<u64>();
        if start.is_null() {
            handle_alloc_error(layout);
        }
        super::usage::HEAPS.add(len * 8);
        Words { start, len, allocated: len }
    }

    /// Uses only the first `len` words from now on: what lies behind them stays out of the caches.
    pub(crate) fn cut(&mut self, len: usize) {
        debug_assert!(len <= self.len);
        self.len = len;
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
        if super::stress::on() {
            // SAFETY: the block is this one's own and nothing on it is alive any more.
            unsafe { core::slice::from_raw_parts_mut(self.start, self.len).fill(super::stress::POISON) }
        }
        if self.allocated != 0 && !cache::put(self) {
            super::usage::HEAPS.sub(self.allocated * 8);
            // SAFETY: allocated by `new` with this layout.
            unsafe { dealloc(self.start.cast(), Self::layout(self.allocated)) }
        }
    }
}

/// Blocks that were freed lately, by size: collections free and allocate the same few sizes over and over, and a
/// general allocator would give large ones back to the system each time.
mod cache {
    use super::Words;
    use crate::sync::Mutex;
    use alloc::vec::Vec;

    /// Blocks of these sizes are kept.
    const SIZES: core::ops::RangeInclusive<usize> = 200..=400_000;
    /// So many words at most, in all.
    const MOST: usize = 1 << 20;

    struct Kept {
        blocks: Vec<(usize, usize)>,
        words: usize,
    }

    static KEPT: Mutex<Kept> = Mutex::new(Kept { blocks: Vec::new(), words: 0 });

    pub(super) fn take(len: usize) -> Option<Words> {
        if !SIZES.contains(&len) {
            return None;
        }
        let mut kept = KEPT.lock();
        let i = kept.blocks.iter().rposition(|b| b.1 == len)?;
        let (start, len) = kept.blocks.swap_remove(i);
        kept.words -= len;
        Some(Words { start: start as *mut u64, len, allocated: len })
    }

    /// Keeps the block, unless there are enough: then answers false, and the caller frees it.
    pub(super) fn put(words: &mut Words) -> bool {
        if !SIZES.contains(&words.allocated) {
            return false;
        }
        let mut kept = KEPT.lock();
        if kept.words + words.allocated > MOST || kept.blocks.len() >= 64 {
            return false;
        }
        kept.words += words.allocated;
        kept.blocks.push((words.start as usize, words.allocated));
        true
    }
}
