//! Walking a map: keys and values in the map's own order, from the start or from a place remembered as a number.

use smallvec::SmallVec;

use super::trie;
use crate::term::Term;

/// A place in a map, as the limbs of a number: in a flat map the index, in a trie four bits for each level, the
/// root's lowest. It names the first pair at or behind that place, so 0 is the start.
pub type Path = SmallVec<[u64; 2]>;

#[derive(Clone)]
struct Level {
    bitmap: u64,
    children: &'static [Term],
    /// Index of the child that comes next.
    next: usize,
}

/// The pairs of a map; empty for what is no map.
#[derive(Clone)]
pub struct MapIter {
    keys: &'static [Term],
    values: &'static [Term],
    next: usize,
    levels: SmallVec<[Level; 8]>,
}

fn slot_of_nth(bitmap: u64, n: usize) -> u32 {
    (0..n).fold(bitmap, |b, _| b & (b - 1)).trailing_zeros()
}

impl MapIter {
    /// From the start.
    #[must_use]
    pub fn new(map: Term) -> MapIter {
        MapIter::resume(map, &[])
    }

    /// From a place that [`MapIter::path`] told.
    #[must_use]
    pub fn resume(map: Term, path: &[u64]) -> MapIter {
        if let Some((keys, values)) = map.as_flat_map() {
            let next = path.first().map_or(0, |n| usize::try_from(*n).unwrap_or(usize::MAX)).min(keys.len());
            return MapIter { keys, values, next, levels: SmallVec::new() };
        }
        let mut levels = SmallVec::new();
        let mut here = map;
        let path_at = |level: usize| (path.get(level / 16).map_or(0, |l| l >> (4 * (level % 16))) & 15) as u32;
        while !here.is_cons() {
            let (bitmap, children) = trie::node(here);
            let slot = path_at(levels.len());
            let next = trie::index(bitmap, slot);
            if bitmap >> slot & 1 == 0 {
                // The place itself is gone (or was never there): from the next child's start.
                levels.push(Level { bitmap, children, next });
                break;
            }
            here = children[next];
            // Above the place, the child that leads to it is already under way.
            let next = if here.is_cons() { next } else { next + 1 };
            levels.push(Level { bitmap, children, next });
        }
        MapIter { keys: &[], values: &[], next: 0, levels }
    }

    /// The place of the pair that comes next; none at the end.
    #[must_use]
    pub fn path(&self) -> Option<Path> {
        if self.next < self.keys.len() {
            return Some(SmallVec::from_slice(&[self.next as u64]));
        }
        let depth = self.levels.iter().rposition(|l| l.next < l.children.len())?;
        let mut path = Path::new();
        for (level, l) in self.levels[..=depth].iter().enumerate() {
            let i = if level == depth { l.next } else { l.next - 1 };
            if level % 16 == 0 {
                path.push(0);
            }
            path[level / 16] |= u64::from(slot_of_nth(l.bitmap, i)) << (4 * (level % 16));
        }
        Some(path)
    }
}

impl Iterator for MapIter {
    type Item = (Term, Term);

    fn next(&mut self) -> Option<(Term, Term)> {
        if self.next < self.keys.len() {
            let i = self.next;
            self.next += 1;
            return Some((self.keys[i], self.values[i]));
        }
        loop {
            let level = self.levels.last_mut()?;
            let Some(child) = level.children.get(level.next) else {
                self.levels.pop();
                continue;
            };
            level.next += 1;
            if child.is_cons() {
                let [k, v] = child.cell();
                return Some((*k, *v));
            }
            let (bitmap, children) = trie::node(*child);
            self.levels.push(Level { bitmap, children, next: 0 });
        }
    }
}
