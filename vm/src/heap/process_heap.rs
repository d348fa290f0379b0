//! A process's memory: a young block with the heap growing up and the stack growing down, an old block for what
//! survived, fragments for what found no room, and the lists of what all of them own outside.

use super::Fragments;
use super::block::Words;
use super::{sizes, stress};
use crate::term::{Alloc, OffHeap};

/// Words kept free below the stack: a return address, and one for a slow path.
pub(crate) const RESERVED: usize = 2;

/// A process's memory.
#[derive(Debug)]
#[repr(C)]
pub struct ProcessHeap {
    /// First free word of the heap.
    pub(crate) hp: *mut u64,
    /// The stack's top (its lowest word in use).
    pub(crate) sp: *mut u64,
    pub(crate) young: Words,
    /// What lies below was there at the last collection: the next one promotes it.
    pub(crate) high_water: *mut u64,
    pub(crate) old: Words,
    pub(crate) old_hp: *mut u64,
    pub(crate) fragments: Fragments,
    pub(crate) off_heap: OffHeap,
    pub(crate) old_off_heap: OffHeap,
    /// Words of binaries that the young lists keep alive when a collection is due.
    pub(crate) binary_limit: usize,
    /// Words that the next young block should have at least.
    pub(crate) next_young: usize,
    /// Collections since the process waited last.
    pub(crate) restless: u32,
    pub(crate) policy: Policy,
    pub(crate) stats: GcStats,
}

/// What `process_flag` and `spawn_opt` say about a heap.
#[derive(Debug, Clone, Copy)]
pub struct Policy {
    /// Words.
    pub min_heap_size: usize,
    /// Words.
    pub min_bin_vheap_size: usize,
    /// Minor collections between two major ones.
    pub fullsweep_after: u32,
    /// Words; 0 for no limit.
    pub max_heap_size: usize,
    pub max_heap_kill: bool,
    pub max_heap_log: bool,
    pub max_heap_binaries: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Policy {
            min_heap_size: sizes::MIN_HEAP,
            min_bin_vheap_size: 46422,
            fullsweep_after: 65535,
            max_heap_size: 0,
            max_heap_kill: true,
            max_heap_log: true,
            max_heap_binaries: false,
        }
    }
}

/// Counters of a process's collections.
#[derive(Debug, Clone, Copy, Default)]
pub struct GcStats {
    /// Minor collections since the last major one.
    pub minor: u32,
    /// All collections.
    pub total: u64,
    /// Words reclaimed.
    pub reclaimed: u64,
}

impl ProcessHeap {
    /// An empty heap of at least `words` words.
    #[must_use]
    pub fn new(policy: Policy, words: usize) -> ProcessHeap {
        let young = Words::new(sizes::next_size(words.max(policy.min_heap_size)));
        ProcessHeap {
            hp: young.start(),
            sp: young.end(),
            high_water: young.start(),
            young,
            old: Words::EMPTY,
            old_hp: core::ptr::null_mut(),
            fragments: Fragments::new(),
            off_heap: OffHeap::new(),
            old_off_heap: OffHeap::new(),
            binary_limit: stress::limit(policy.min_bin_vheap_size),
            next_young: policy.min_heap_size,
            restless: 0,
            policy,
            stats: GcStats::default(),
        }
    }

    /// Free words between heap and stack, beyond what is kept free.
    #[inline]
    #[must_use]
    pub fn free(&self) -> usize {
        ((self.sp as usize).saturating_sub(self.hp as usize) / 8).saturating_sub(RESERVED)
    }

    /// Words on the stack.
    #[must_use]
    pub fn stack_size(&self) -> usize {
        (self.young.end() as usize - self.sp as usize) / 8
    }

    /// Words of young data.
    #[must_use]
    pub fn young_used(&self) -> usize {
        (self.hp as usize - self.young.start() as usize) / 8
    }

    /// Words of old data.
    #[must_use]
    pub fn old_used(&self) -> usize {
        (self.old_hp as usize).saturating_sub(self.old.start() as usize) / 8
    }

    /// What `process_flag` and `spawn_opt` said.
    #[must_use]
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }

    /// To change it.
    pub const fn policy_mut(&mut self) -> &mut Policy {
        &mut self.policy
    }

    /// Counters of collections.
    #[must_use]
    pub const fn stats(&self) -> GcStats {
        self.stats
    }

    /// Words in the block itself, if there is room for them.
    #[inline(always)]
    pub(crate) fn take(&mut self, words: usize) -> Option<*mut u64> {
        if self.free() < words {
            return None;
        }
        let p = self.hp;
        self.hp = p.wrapping_add(words);
        Some(p)
    }

    /// Gives back the words that were taken last.
    #[inline(always)]
    pub(crate) fn give_back(&mut self, words: usize) {
        self.hp = self.hp.wrapping_sub(words);
    }

    /// Size of the old block in words.
    #[must_use]
    pub fn old_size(&self) -> usize {
        self.old.len()
    }

    /// Size of the young block in words, as `process_info(heap_size)` tells.
    #[must_use]
    pub fn heap_size(&self) -> usize {
        self.young.len()
    }

    /// All words allocated, as `process_info(total_heap_size)` tells.
    #[must_use]
    pub fn total_size(&self) -> usize {
        self.young.len() + self.old.len() + self.fragments.words()
    }

    /// Words of the blocks alone, without what has come since they were made.
    #[must_use]
    pub fn packed_size(&self) -> usize {
        self.young.len() + self.old.len()
    }

    /// Words of live and dead data in all parts.
    #[must_use]
    pub fn used(&self) -> usize {
        self.young_used() + self.old_used() + self.fragments.words()
    }

    /// Words of off-heap binaries that this heap keeps alive.
    #[must_use]
    pub fn binary_words(&self) -> usize {
        self.off_heap.words + self.old_off_heap.words
    }

    /// Reference-counted binaries that are referred to: an address that tells them apart, bytes, references.
    #[must_use]
    pub fn binaries(&self) -> alloc::vec::Vec<(usize, usize, usize)> {
        let mut all = self.off_heap.binaries();
        all.extend(self.old_off_heap.binaries());
        all.extend(self.fragments.binaries());
        all
    }

    /// Is a collection due although the block has room?
    #[inline]
    #[must_use]
    pub fn is_due(&self) -> bool {
        self.fragments.words() > self.young.len() / 2 || self.off_heap.words >= self.binary_limit
    }

    /// The process waits: it may do with a small block again.
    pub(crate) fn rest(&mut self) {
        self.restless = 0;
    }

    /// The next young block need not be larger than it has to.
    pub(crate) fn shrink_next(&mut self) {
        self.next_young = 0;
    }

    /// The next collection is to be a major one.
    pub fn sweep_next(&mut self) {
        self.stats.minor = self.stats.minor.max(self.policy.fullsweep_after);
    }

    /// Takes over a message's or another heap's fragments.
    pub fn adopt(&mut self, fragments: Fragments) {
        self.fragments.append(fragments);
    }

    /// The words of the stack, top first.
    pub(crate) fn stack(&self) -> &[u64] {
        // SAFETY: sp..end lies inside the young block and is initialised.
        unsafe { core::slice::from_raw_parts(self.sp, self.stack_size()) }
    }
}

impl Alloc for ProcessHeap {
    #[inline]
    fn alloc(&mut self, words: usize) -> *mut u64 {
        if self.free() >= words {
            let p = self.hp;
            self.hp = p.wrapping_add(words);
            p
        } else {
            self.fragments.alloc(words)
        }
    }

    fn off_heap(&mut self) -> &mut OffHeap {
        &mut self.off_heap
    }
}

impl Drop for ProcessHeap {
    fn drop(&mut self) {
        self.off_heap.release_all();
        self.old_off_heap.release_all();
    }
}
