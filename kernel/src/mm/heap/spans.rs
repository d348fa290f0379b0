//! Spans of 64 KiB, each cut into blocks of one size class. A block finds its span by its address, an empty span goes
//! back to talc. One lock for each class.

use super::cache::Free;
use super::classes::{ALIGN, SINGLE, SIZES};
use core::alloc::Layout;
use core::ptr::null_mut;
use spin::Mutex;

const SIZE: usize = 64 * 1024;
const HEADER: usize = 64;
/// So much of it is left to talc, for its own words: else it would have to leave nearly a whole span between two.
const TAIL: usize = 128;

/// The first bytes of a span.
#[repr(C, align(64))]
struct Span {
    next: *mut Span,
    previous: *mut Span,
    /// Blocks that came back.
    free: *mut Free,
    /// Blocks out, in CPUs' caches or in use.
    used: u32,
    /// Blocks never handed out yet begin with this one.
    fresh: u32,
}

/// The spans of a class that have blocks left, as a list. Full ones are known only to their blocks.
struct Class {
    spans: *mut Span,
}

// SAFETY: the pointers lead to spans that are reached only under the class's lock.
unsafe impl Send for Class {}

static CLASSES: [Mutex<Class>; SINGLE] = [const { Mutex::new(Class { spans: null_mut() }) }; SINGLE];

const LAYOUT: Layout = match Layout::from_size_align(SIZE - TAIL, SIZE) {
    Ok(layout) => layout,
    Err(_) => panic!("a power of two"),
};

fn capacity(class: usize) -> u32 {
    ((SIZE - HEADER - TAIL) / SIZES[class] as usize) as u32
}

/// Takes up to `count` blocks as a list; answers it and its length, which is 0 when memory is out.
pub fn take(class: usize, count: u32) -> (*mut Free, u32) {
    if class >= SINGLE {
        return take_singles(class, count);
    }
    let mut spans = CLASSES[class].lock();
    let (mut list, mut length) = (null_mut(), 0);
    while length < count {
        if spans.spans.is_null() && !spans.grow() {
            break;
        }
        let span = spans.spans;
        // SAFETY: spans on the list are alive and ours under the lock, and have a block left: a freed one, or one
        // behind those cut so far, inside the span.
        unsafe {
            let block = if (*span).free.is_null() {
                let offset = HEADER + (*span).fresh as usize * SIZES[class] as usize;
                (*span).fresh += 1;
                span.cast::<u8>().add(offset).cast::<Free>()
            } else {
                let block = (*span).free;
                (*span).free = (*block).next;
                block
            };
            (*span).used += 1;
            if (*span).used == capacity(class) {
                spans.unlink(span);
            }
            (*block).next = list;
            list = block;
        }
        length += 1;
    }
    (list, length)
}

/// Takes a list of blocks back.
/// # Safety
/// Each came from [`take`] of this class, and is used by nobody any more.
pub unsafe fn give(class: usize, mut list: *mut Free) {
    if class >= SINGLE {
        // SAFETY: the caller's promise.
        return unsafe { give_singles(class, list) };
    }
    let mut spans = CLASSES[class].lock();
    while !list.is_null() {
        let block = list;
        let span = (block as usize & !(SIZE - 1)) as *mut Span;
        // SAFETY: spans are aligned to their size, so the block's address leads to the header of its span, which is
        // alive as long as a block of it is out.
        unsafe {
            list = (*block).next;
            (*block).next = (*span).free;
            (*span).free = block;
            if (*span).used == capacity(class) {
                spans.link(span);
            }
            (*span).used -= 1;
            let only = (*span).next.is_null() && (*span).previous.is_null();
            if (*span).used == 0 && !only {
                // Another span has blocks left: this one's memory is worth more elsewhere.
                spans.unlink(span);
                super::free_large(span.cast(), LAYOUT);
            }
        }
    }
}

fn single(class: usize) -> Layout {
    Layout::from_size_align(SIZES[class] as usize, ALIGN).expect("classes' sizes are small")
}

/// [`take`] for the classes without spans.
fn take_singles(class: usize, count: u32) -> (*mut Free, u32) {
    let (mut list, mut length) = (null_mut(), 0);
    while length < count {
        let Some(block) = super::large(single(class)) else { break };
        let block = block.as_ptr().cast::<Free>();
        // SAFETY: the block is ours and larger than a pointer.
        unsafe { (*block).next = list };
        list = block;
        length += 1;
    }
    (list, length)
}

/// [`give`] for the classes without spans.
/// # Safety
/// As [`give`].
unsafe fn give_singles(class: usize, mut list: *mut Free) {
    while !list.is_null() {
        let block = list;
        // SAFETY: the caller's promise: each block is free, and came from `take_singles` of this class.
        unsafe {
            list = (*block).next;
            super::free_large(block.cast(), single(class));
        }
    }
}

impl Class {
    /// Adds an empty span; false if memory is out.
    fn grow(&mut self) -> bool {
        let Some(memory) = super::large(LAYOUT) else {
            return false;
        };
        let span = memory.as_ptr().cast::<Span>();
        // SAFETY: the memory is ours, as long as a span and aligned as one.
        unsafe {
            span.write(Span { next: null_mut(), previous: null_mut(), free: null_mut(), used: 0, fresh: 0 });
            self.link(span);
        }
        true
    }

    /// # Safety
    /// The span is alive and not on the list.
    unsafe fn link(&mut self, span: *mut Span) {
        // SAFETY: the caller's promise; spans on the list are alive.
        unsafe {
            (*span).previous = null_mut();
            (*span).next = self.spans;
            if let Some(next) = self.spans.as_mut() {
                next.previous = span;
            }
        }
        self.spans = span;
    }

    /// # Safety
    /// The span is on the list.
    unsafe fn unlink(&mut self, span: *mut Span) {
        // SAFETY: the caller's promise; its neighbours are alive too.
        unsafe {
            let (previous, next) = ((*span).previous, (*span).next);
            match previous.as_mut() {
                Some(previous) => previous.next = next,
                None => self.spans = next,
            }
            if let Some(next) = next.as_mut() {
                next.previous = previous;
            }
            (*span).next = null_mut();
            (*span).previous = null_mut();
        }
    }
}
