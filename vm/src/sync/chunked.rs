//! An append-only table: entries never move and are never freed, so reads take no lock. Atoms, exports and
//! process slots live in such tables.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

use super::Mutex;

const CHUNKS: usize = 32;
/// Entries of the first chunk; each further chunk doubles the table.
const FIRST: usize = 1024;

/// An append-only table of `T` with lock-free reads.
#[derive(Debug)]
pub struct Chunked<T: 'static> {
    chunks: [AtomicPtr<T>; CHUNKS],
    len: AtomicUsize,
    grow: Mutex<()>,
}

/// Chunk number and offset of index `i`: chunk 0 holds FIRST entries, chunk k holds FIRST << (k-1).
const fn place(i: usize) -> (usize, usize) {
    if i < FIRST {
        return (0, i);
    }
    let k = (usize::BITS - (i / FIRST).leading_zeros()) as usize;
    (k, i - (FIRST << (k - 1)))
}

const fn chunk_len(k: usize) -> usize {
    if k == 0 { FIRST } else { FIRST << (k - 1) }
}

impl<T: Sync + Send> Chunked<T> {
    /// An empty table.
    #[must_use]
    pub const fn new() -> Self {
        Chunked {
            chunks: [const { AtomicPtr::new(core::ptr::null_mut()) }; CHUNKS],
            len: AtomicUsize::new(0),
            grow: Mutex::new(()),
        }
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.len.load(Ordering::Acquire)
    }

    /// True when nothing has been pushed yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The entry at `i`, if there is one.
    #[inline]
    pub fn get(&'static self, i: usize) -> Option<&'static T> {
        if i >= self.len.load(Ordering::Acquire) {
            return None;
        }
        let (k, at) = place(i);
        let chunk = self.chunks[k].load(Ordering::Acquire);
        // SAFETY: i < len, so chunk k was published with at least `at + 1` initialised entries, and is never freed.
        Some(unsafe { &*chunk.add(at) })
    }

    /// Appends an entry made from its own index, and answers the index.
    pub fn push_with(&'static self, make: impl FnOnce(usize) -> T) -> usize {
        let _guard = self.grow.lock();
        let i = self.len.load(Ordering::Relaxed);
        let (k, at) = place(i);
        let mut chunk = self.chunks[k].load(Ordering::Relaxed);
        if chunk.is_null() {
            let mut v: Vec<core::mem::MaybeUninit<T>> = Vec::with_capacity(chunk_len(k));
            // SAFETY: uninitialised entries of MaybeUninit need no initialisation.
            unsafe { v.set_len(chunk_len(k)) };
            chunk = Box::leak(v.into_boxed_slice()).as_mut_ptr().cast();
            self.chunks[k].store(chunk, Ordering::Release);
        }
        // SAFETY: `at` lies inside the chunk, the entry is not yet visible to readers, and `grow` is held.
        unsafe { chunk.add(at).write(make(i)) };
        self.len.store(i + 1, Ordering::Release);
        i
    }

    /// All entries, in order.
    pub fn iter(&'static self) -> impl Iterator<Item = &'static T> {
        (0..self.len()).filter_map(move |i| self.get(i))
    }
}

impl<T: Sync + Send> Default for Chunked<T> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_dense() {
        let (mut k0, mut at0) = (0, 0);
        for i in 0..100_000 {
            let (k, at) = place(i);
            assert!((k == k0 && at == at0) || (k == k0 + 1 && at == 0 && at0 == chunk_len(k0)));
            (k0, at0) = (k, at + 1);
        }
    }

    #[test]
    fn what_is_pushed_is_read() {
        static T: Chunked<usize> = Chunked::new();
        for i in 0..5000 {
            assert_eq!(T.push_with(|n| n * 2), i);
        }
        assert!((0..5000).all(|i| T.get(i) == Some(&(i * 2))));
        assert_eq!(T.get(5000), None);
    }
}
