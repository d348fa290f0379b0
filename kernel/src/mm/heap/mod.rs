//! The heap, in three layers: each CPU's own lists of small blocks by size class ([`cache`]), the spans they are cut
//! from ([`spans`]), and talc, which holds all memory in one piece and serves whatever is bigger.
//! Only the first layer is touched in the common case, and it takes no lock.

pub mod cache;
pub mod classes;
pub mod spans;

use crate::arch::percpu;
use core::alloc::{GlobalAlloc, Layout};
use core::ptr::{self, NonNull, null_mut};
use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use joist_vm::fatal::Watched;
use spin::Mutex;
use talc::DefaultBinning;
use talc::base::Talc;
use talc::source::Manual;

static BLOCKS: Mutex<Talc<Manual, DefaultBinning>> = Mutex::new(Talc::new(Manual));
static TOTAL: AtomicUsize = AtomicUsize::new(0);

/// Gives memory to the heap.
/// # Safety
/// The range is writable RAM that nobody else uses, now or later.
pub unsafe fn add(start: u64, length: u64) {
    // SAFETY: the caller's promise is `claim`'s.
    let claimed = unsafe { BLOCKS.lock().claim(start as *mut u8, length as usize) };
    if claimed.is_some() {
        TOTAL.fetch_add(length as usize, Relaxed);
    }
}

/// Bytes (handed out, in all). Blocks in the CPUs' caches count as handed out.
pub fn usage() -> (usize, usize) {
    (BLOCKS.lock().counters().allocated_bytes, TOTAL.load(Relaxed))
}

/// The same for a panic's report, which can't wait for the lock.
pub fn try_usage() -> Option<(usize, usize)> {
    Some((BLOCKS.try_lock()?.counters().allocated_bytes, TOTAL.load(Relaxed)))
}

/// A block straight from talc.
fn large(layout: Layout) -> Option<NonNull<u8>> {
    // SAFETY: `GlobalAlloc`'s callers never ask for zero bytes.
    unsafe { BLOCKS.lock().allocate(layout) }
}

/// Gives a block back to talc.
/// # Safety
/// It came from [`large`] with this layout.
unsafe fn free_large(block: *mut u8, layout: Layout) {
    // SAFETY: the caller's promise.
    unsafe { BLOCKS.lock().deallocate(block, layout) }
}

struct Heap;

#[global_allocator]
static HEAP: Watched<Heap> = Watched(Heap);

// SAFETY: each layer hands a block out to one owner until it is given back: `cache` and `spans` move it along lists,
// talc keeps its own books. A failure is a null pointer, never a panic.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        match classes::of(layout) {
            Some(class) => percpu::with_heap(|cache| cache.take(class)),
            None => large(layout).map_or(null_mut(), NonNull::as_ptr),
        }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        match classes::of(layout) {
            // SAFETY: the same layout led to the same class when the block was taken.
            Some(class) => percpu::with_heap(|cache| unsafe { cache.give(class, block) }),
            // SAFETY: no class means that it came from talc.
            None => unsafe { free_large(block, layout) },
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: `GlobalAlloc`'s caller keeps size and alignment valid.
        let wanted = unsafe { Layout::from_size_align_unchecked(size, layout.align()) };
        match (classes::of(layout), classes::of(wanted)) {
            (Some(old), Some(new)) if old == new => return block,
            // SAFETY: the block came from talc with this layout; `size` is not zero.
            (None, None) if unsafe { BLOCKS.lock().try_realloc_in_place(block, layout, size) } => return block,
            _ => {}
        }
        // SAFETY: both blocks are as long as the bytes copied, and the new one is no part of the old.
        unsafe {
            let moved = self.alloc(wanted);
            if !moved.is_null() {
                ptr::copy_nonoverlapping(block, moved, layout.size().min(size));
                self.dealloc(block, layout);
            }
            moved
        }
    }
}
