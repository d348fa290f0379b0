//! What deleted tables held, freed in small portions.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::shard::Shard;
use super::tree::Inner;
use crate::platform::platform;

/// Objects that nobody can see any more.
#[derive(Default)]
pub struct Garbage {
    pub(super) shards: Vec<Shard>,
    pub(super) tree: Inner,
}

/// Objects freed in one portion.
const PORTION: usize = 4000;
/// Nanoseconds between portions.
const PAUSE: u64 = 1_000_000;

impl Garbage {
    /// Frees up to `n` objects; true when none is left.
    #[must_use]
    pub fn free_some(&mut self, mut n: usize) -> bool {
        while let Some(shard) = self.shards.last_mut() {
            if !shard.free_some(&mut n) {
                return false;
            }
            self.shards.pop();
        }
        self.tree.free_some(&mut n)
    }

    /// Frees all of it, portion by portion, while others work.
    pub fn free_later(mut self) {
        if !self.free_some(PORTION) {
            crate::sched::fire_at(platform().monotonic_ns() + PAUSE, Box::new(move || self.free_later()));
        }
    }
}

impl core::fmt::Debug for Garbage {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Garbage")
    }
}
