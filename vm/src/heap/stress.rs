//! Collecting at every chance, to find roots that a collection doesn't know: heaps get no word more than was asked for,
//! so that nearly each `test_heap` and native collects; every third collection is a major one; and what was left
//! behind is overwritten, so that a stale pointer is noticed.

use core::sync::atomic::{AtomicBool, Ordering};

static ON: AtomicBool = AtomicBool::new(false);

/// What freed blocks are filled with: a boxed term at an address that no machine has.
pub(super) const POISON: u64 = 0xdead_dead_dead_dea2;

/// From now on.
pub fn start() {
    ON.store(true, Ordering::Relaxed);
}

#[inline]
pub(super) fn on() -> bool {
    ON.load(Ordering::Relaxed)
}

/// Larger heaps grow as usual, lest programs with much data never end.
const LARGE: usize = 4000;

/// Is the collection after this many to be a major one, of a heap with so many words?
pub(super) fn sweeps(collections: u64, words: usize) -> bool {
    on() && words < LARGE && collections % 3 == 2
}

/// How large the block becomes that has to have `must` words and would have `size`.
pub(super) fn size(must: usize, size: usize) -> usize {
    if on() && must < LARGE { must } else { size }
}

/// How many words of binaries make a collection due.
pub(super) fn limit(words: usize) -> usize {
    if on() { 0 } else { words }
}
