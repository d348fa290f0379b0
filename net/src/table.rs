//! Tables that the rest is built on: hashing that nobody outside can predict, and deadlines in order.

use alloc::collections::BTreeSet;
use smoltcp::time::Instant;

pub(crate) type Hasher = ahash::RandomState;
pub(crate) type Map<K, V> = hashbrown::HashMap<K, V, Hasher>;

/// One deadline for each socket at most.
#[derive(Debug, Default)]
pub(crate) struct Timers(BTreeSet<(Instant, u64)>);

impl Timers {
    /// Moves the deadline of `id`, which was at `current`.
    pub fn set(&mut self, id: u64, current: &mut Option<Instant>, new: Option<Instant>) {
        if *current == new {
            return;
        }
        if let Some(old) = *current {
            self.0.remove(&(old, id));
        }
        if let Some(new) = new {
            self.0.insert((new, id));
        }
        *current = new;
    }

    pub fn next(&self) -> Option<Instant> {
        self.0.first().map(|(at, _)| *at)
    }

    /// Takes a socket whose deadline has come.
    pub fn due(&mut self, now: Instant) -> Option<u64> {
        if self.next()? > now {
            return None;
        }
        self.0.pop_first().map(|(_, id)| id)
    }
}
