//! How much memory the node's terms take, by kind. Counted where it is allocated and freed.

use core::sync::atomic::{AtomicUsize, Ordering};

/// A kind of memory.
#[derive(Debug)]
pub struct Counter(AtomicUsize);

/// Heap blocks and fragments, of processes, messages and literals.
pub static HEAPS: Counter = Counter(AtomicUsize::new(0));
/// Reference-counted binaries.
pub static BINARIES: Counter = Counter(AtomicUsize::new(0));

impl Counter {
    /// Bytes in use.
    #[must_use]
    pub fn bytes(&self) -> usize {
        // Two schedulers may free what is not counted yet.
        self.0.load(Ordering::Relaxed).min(isize::MAX as usize)
    }

    pub(crate) fn add(&self, bytes: usize) {
        self.0.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(crate) fn sub(&self, bytes: usize) {
        self.0.fetch_sub(bytes, Ordering::Relaxed);
    }
}
