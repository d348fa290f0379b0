//! Heaps that belong to no process heap block: messages, table entries, literals, and what a native allocates when
//! its process's heap is full.

use alloc::alloc::{Layout, alloc, dealloc, handle_alloc_error};

use crate::term::{Alloc, OffHeap, Term};

/// A block of words, linked to the one before it.
#[repr(C)]
struct Block {
    next: *mut Block,
    used: usize,
    capacity: usize,
}

impl Block {
    fn layout(capacity: usize) -> Layout {
        Layout::from_size_align(size_of::<Block>() + capacity * 8, 8).expect("fragment too large")
    }

    fn new(capacity: usize, next: *mut Block) -> *mut Block {
        let layout = Self::layout(capacity);
        // SAFETY: the layout's size is not zero.
        let block = unsafe { alloc(layout) }.cast::<Block>();
        if block.is_null() {
            handle_alloc_error(layout);
        }
        // SAFETY: freshly allocated for a Block and its words.
        unsafe { block.write(Block { next, used: 0, capacity }) };
        super::usage::HEAPS.add(capacity * 8);
        block
    }

    fn words(this: *mut Block) -> *mut u64 {
        // SAFETY: the words lie right behind the struct in the same allocation.
        unsafe { this.add(1).cast() }
    }
}

/// Words for terms, in blocks that never move; with the list of what the terms own outside.
#[derive(Debug)]
pub struct Fragments {
    head: *mut Block,
    off_heap: OffHeap,
    words: usize,
}

// SAFETY: a Fragments owns its blocks and everything its off-heap list holds; binaries and magic objects are Send.
unsafe impl Send for Fragments {}
// SAFETY: shared access only reads.
unsafe impl Sync for Fragments {}

impl Fragments {
    /// No memory at all, until something is allocated.
    #[must_use]
    pub const fn new() -> Fragments {
        Fragments { head: core::ptr::null_mut(), off_heap: OffHeap::new(), words: 0 }
    }

    /// With room for `words` words in one block.
    #[must_use]
    pub fn with_capacity(words: usize) -> Fragments {
        let head = if words == 0 { core::ptr::null_mut() } else { Block::new(words, core::ptr::null_mut()) };
        Fragments { head, off_heap: OffHeap::new(), words: 0 }
    }

    /// Words allocated so far.
    #[must_use]
    pub const fn words(&self) -> usize {
        self.words
    }

    /// Nothing in it?
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.head.is_null()
    }

    /// Takes over all of another's blocks.
    pub fn append(&mut self, mut other: Fragments) {
        if other.head.is_null() {
            return;
        }
        if self.head.is_null() {
            core::mem::swap(self, &mut other);
            return;
        }
        // The other's blocks go behind the current one, which may still have room.
        // SAFETY: walks and relinks blocks that the two lists own.
        unsafe {
            let mut last = other.head;
            while !(*last).next.is_null() {
                last = (*last).next;
            }
            (*last).next = (*self.head).next;
            (*self.head).next = other.head;
        }
        other.head = core::ptr::null_mut();
        self.off_heap.append(&mut other.off_heap);
        self.words += other.words;
    }

    /// Frees the blocks but not what the terms own: a collection has moved them.
    pub(crate) fn free_blocks(&mut self) -> OffHeap {
        let mut block = core::mem::replace(&mut self.head, core::ptr::null_mut());
        while !block.is_null() {
            // SAFETY: this list owns the block, which was allocated with this layout.
            unsafe {
                let next = (*block).next;
                super::usage::HEAPS.sub((*block).capacity * 8);
                dealloc(block.cast(), Block::layout((*block).capacity));
                block = next;
            }
        }
        self.words = 0;
        core::mem::take(&mut self.off_heap)
    }

    /// The list of what the terms own outside; the caller takes it over.
    pub(crate) fn take_off_heap(&mut self) -> OffHeap {
        core::mem::take(&mut self.off_heap)
    }

    /// The binaries that the terms refer to.
    pub(crate) fn binaries(&self) -> alloc::vec::Vec<(usize, usize, usize)> {
        self.off_heap.binaries()
    }

    /// The address ranges in use, for collections that look inside.
    pub(crate) fn ranges(&self) -> impl Iterator<Item = (*mut u64, *mut u64)> {
        let mut block = self.head;
        core::iter::from_fn(move || {
            if block.is_null() {
                return None;
            }
            // SAFETY: the list's blocks live as long as self.
            unsafe {
                let words = Block::words(block);
                let end = words.add((*block).used);
                block = (*block).next;
                Some((words, end))
            }
        })
    }
}

impl Default for Fragments {
    fn default() -> Self {
        Self::new()
    }
}

impl Alloc for Fragments {
    fn alloc(&mut self, words: usize) -> *mut u64 {
        self.words += words;
        // SAFETY: head is null or a block that this list owns; `used` stays within its capacity.
        unsafe {
            if self.head.is_null() || (*self.head).capacity - (*self.head).used < words {
                let grow = if self.head.is_null() { 16 } else { ((*self.head).capacity * 2).min(1 << 12) };
                self.head = Block::new(words.max(grow), self.head);
            }
            let p = Block::words(self.head).add((*self.head).used);
            (*self.head).used += words;
            p
        }
    }

    fn off_heap(&mut self) -> &mut OffHeap {
        &mut self.off_heap
    }
}

impl Drop for Fragments {
    fn drop(&mut self) {
        self.off_heap.release_all();
        let _ = self.free_blocks();
    }
}

/// A term with a heap of its own: it can be kept, and sent to another thread.
#[derive(Debug)]
pub struct OwnedTerm {
    term: Term,
    heap: Fragments,
}

// SAFETY: the term is an immediate, or lies wholly in the heap that moves with it (or in literals, which are shared).
unsafe impl Send for OwnedTerm {}
// SAFETY: shared access only reads.
unsafe impl Sync for OwnedTerm {}

impl OwnedTerm {
    /// A copy of the term.
    #[must_use]
    pub fn new(term: Term) -> OwnedTerm {
        if term.is_immediate() {
            return OwnedTerm { term, heap: Fragments::new() };
        }
        let mut heap = Fragments::with_capacity(super::size(term));
        let term = super::copy(&mut heap, term);
        OwnedTerm { term, heap }
    }

    /// A term built on a heap of its own.
    #[must_use]
    pub fn build(make: impl FnOnce(&mut Fragments) -> Term) -> OwnedTerm {
        let mut heap = Fragments::new();
        let term = make(&mut heap);
        OwnedTerm { term, heap }
    }

    /// The term; valid while this owner lives.
    #[must_use]
    pub const fn get(&self) -> Term {
        self.term
    }

    /// The parts, for a heap that adopts them.
    #[must_use]
    pub fn into_parts(self) -> (Term, Fragments) {
        (self.term, self.heap)
    }

    /// Words of memory.
    #[must_use]
    pub const fn words(&self) -> usize {
        self.heap.words()
    }
}

impl Clone for OwnedTerm {
    fn clone(&self) -> Self {
        OwnedTerm::new(self.term)
    }
}
