//! From a key's hash to the number of its slot: extendible hashing. A directory, doubled when need be, leads to leaves
//! of bounded size, so that growing never takes long at once.

use alloc::vec;
use alloc::vec::Vec;

use hashbrown::HashTable;

/// Entries at which a leaf is split in two.
const SPLIT: usize = 896;

#[derive(Debug)]
struct Leaf {
    /// How many of the hash's first bits all entries share.
    depth: u32,
    /// Hash and slot.
    table: HashTable<(u32, u32)>,
}

/// Hash → slots.
#[derive(Debug)]
pub(super) struct Index {
    depth: u32,
    directory: Vec<u32>,
    leaves: Vec<Leaf>,
    len: usize,
}

/// A hash of 32 bits spread over the 64 that a leaf's table looks at.
#[inline(always)]
fn spread(hash: u32) -> u64 {
    u64::from(hash).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

impl Index {
    pub(super) fn new() -> Index {
        Index { depth: 0, directory: vec![0], leaves: vec![Leaf { depth: 0, table: HashTable::new() }], len: 0 }
    }

    #[inline(always)]
    fn place(&self, hash: u32) -> usize {
        // A shift by all bits is none in Rust, hence the wider number.
        (u64::from(hash) >> (32 - self.depth)) as usize
    }

    /// The slot with this hash that `is` accepts.
    #[inline]
    pub(super) fn find(&self, hash: u32, mut is: impl FnMut(u32) -> bool) -> Option<u32> {
        let leaf = &self.leaves[self.directory[self.place(hash)] as usize];
        leaf.table.find(spread(hash), |(h, slot)| *h == hash && is(*slot)).map(|e| e.1)
    }

    /// Enters a slot.
    pub(super) fn insert(&mut self, hash: u32, slot: u32) {
        loop {
            let n = self.directory[self.place(hash)] as usize;
            // Entries with like hashes must not blow up the directory: their leaf grows instead.
            let full = self.directory.len() > self.len / 64;
            let leaf = &mut self.leaves[n];
            if leaf.table.len() < SPLIT || leaf.depth == 32 || (leaf.depth == self.depth && full) {
                self.len += 1;
                leaf.table.insert_unique(spread(hash), (hash, slot), |e| spread(e.0));
                return;
            }
            self.split(n);
        }
    }

    /// Takes a slot out.
    pub(super) fn remove(&mut self, hash: u32, slot: u32) {
        let n = self.directory[self.place(hash)] as usize;
        if let Ok(e) = self.leaves[n].table.find_entry(spread(hash), |e| *e == (hash, slot)) {
            e.remove();
            self.len -= 1;
        }
    }

    fn split(&mut self, n: usize) {
        let depth = self.leaves[n].depth;
        if depth == self.depth {
            self.directory = self.directory.iter().flat_map(|leaf| [*leaf, *leaf]).collect();
            self.depth += 1;
        }
        let old = core::mem::take(&mut self.leaves[n].table);
        let mut halves = [HashTable::with_capacity(SPLIT), HashTable::with_capacity(SPLIT)];
        for e in old {
            let bit = (e.0 >> (31 - depth) & 1) as usize;
            halves[bit].insert_unique(spread(e.0), e, |e| spread(e.0));
        }
        let [low, high] = halves;
        let other = self.leaves.len() as u32;
        self.leaves[n] = Leaf { depth: depth + 1, table: low };
        self.leaves.push(Leaf { depth: depth + 1, table: high });
        let bit = self.depth - depth - 1;
        for (i, leaf) in self.directory.iter_mut().enumerate() {
            if *leaf == n as u32 && i >> bit & 1 == 1 {
                *leaf = other;
            }
        }
    }

    /// Words of memory, about.
    pub(super) fn memory(&self) -> usize {
        self.directory.len() / 2 + self.leaves.iter().map(|l| 6 + l.table.capacity() * 9 / 7).sum::<usize>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_entered_is_found() {
        let mut index = Index::new();
        let hash = |i: u32| i.wrapping_mul(0x9e37_79b1) ^ i >> 7;
        for i in 0..50_000 {
            index.insert(hash(i), i);
        }
        for i in (0..50_000).step_by(3) {
            index.remove(hash(i), i);
        }
        for i in 0..50_000 {
            assert_eq!(index.find(hash(i), |s| s == i), (i % 3 != 0).then_some(i));
        }
    }

    #[test]
    fn many_slots_may_have_one_hash() {
        let mut index = Index::new();
        for i in 0..3000 {
            index.insert(77, i);
        }
        assert!((0..3000).all(|i| index.find(77, |s| s == i) == Some(i)));
    }
}
