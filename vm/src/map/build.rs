//! A map from many pairs at once: sorted once, each node made once.

use alloc::vec::Vec;

use smallvec::SmallVec;

use super::{FLAT_LIMIT, flat, trie};
use crate::term::compare::{compare_exact, exact_eq};
use crate::term::{Alloc, Term, build, hash};

struct Entry {
    hash: u64,
    key: Term,
    value: Term,
}

/// A map of the pairs; of equal keys the last one counts.
pub fn from_pairs<A: Alloc + ?Sized>(a: &mut A, pairs: &[(Term, Term)]) -> Term {
    if pairs.len() <= FLAT_LIMIT {
        return small(a, pairs);
    }
    let entries: Vec<Entry> =
        pairs.iter().map(|(key, value)| Entry { hash: hash::internal(*key, 0), key: *key, value: *value }).collect();
    let mut unique = different(entries);
    if unique.len() <= FLAT_LIMIT {
        let pairs: SmallVec<[(Term, Term); FLAT_LIMIT]> = unique.iter().map(|e| (e.key, e.value)).collect();
        return small(a, &pairs);
    }
    let n = unique.len();
    subtree(a, &mut unique, 0, Some(n))
}

/// Sorted by hash; of equal keys the last one.
fn different(mut entries: Vec<Entry>) -> Vec<Entry> {
    // Stable: equal keys keep their order.
    entries.sort_by_key(|e| e.hash);
    let mut unique: Vec<Entry> = Vec::with_capacity(entries.len());
    for e in entries {
        let same = unique.iter_mut().rev().take_while(|u| u.hash == e.hash).find(|u| exact_eq(u.key, e.key));
        match same {
            Some(u) => u.value = e.value,
            None => unique.push(e),
        }
    }
    unique
}

fn small<A: Alloc + ?Sized>(a: &mut A, pairs: &[(Term, Term)]) -> Term {
    let mut sorted: SmallVec<[(Term, Term); FLAT_LIMIT]> = SmallVec::new();
    for (k, v) in pairs {
        match sorted.binary_search_by(|(x, _)| compare_exact(*x, *k)) {
            Ok(i) => sorted[i].1 = *v,
            Err(i) => sorted.insert(i, (*k, *v)),
        }
    }
    flat::from_sorted(a, &sorted)
}

/// The subtree of these entries, sorted by hash, for a place at `level`. Recurses as deep as the trie is.
fn subtree<A: Alloc + ?Sized>(a: &mut A, entries: &mut [Entry], level: u32, size: Option<usize>) -> Term {
    if let ([e], None) = (&*entries, size) {
        return build::cons(a, e.key, e.value);
    }
    if level != 0 && level.is_multiple_of(16) {
        for e in entries.iter_mut() {
            e.hash = hash::internal(e.key, level / 16);
        }
        entries.sort_unstable_by_key(|e| e.hash);
    }
    let slot_of = |e: &Entry| e.hash >> (60 - 4 * (level % 16)) & 15;
    let mut bitmap = 0;
    let mut children: SmallVec<[Term; 16]> = SmallVec::new();
    let mut rest = entries;
    while let Some(first) = rest.first() {
        let slot = slot_of(first);
        let n = rest.partition_point(|e| slot_of(e) == slot);
        let (group, after) = rest.split_at_mut(n);
        bitmap |= 1 << slot;
        children.push(subtree(a, group, level + 1, None));
        rest = after;
    }
    trie::make(a, size, bitmap, &children)
}

/// The first two levels of the trie: so many places.
const PLACES: usize = 256;

/// A large map under construction, some pairs at a time. Its terms must stay where they are meanwhile.
pub struct Builder {
    pairs: Vec<(Term, Term)>,
    hashed: usize,
    /// The pairs by their hashes' first bits.
    places: Vec<Vec<Entry>>,
    sorted: usize,
    /// Different keys.
    size: usize,
    /// What lies at each place of the second level, and whether it is a leaf; none for nothing.
    parts: Vec<Option<(Term, bool)>>,
}

impl Builder {
    /// For these pairs; of equal keys the last one counts.
    #[must_use]
    pub fn new(pairs: Vec<(Term, Term)>) -> Builder {
        let places = (0..PLACES).map(|_| Vec::new()).collect();
        Builder { pairs, hashed: 0, places, sorted: 0, size: 0, parts: Vec::new() }
    }

    /// Goes on until the budget (roughly one for each pair) is used up; the map when it is done.
    pub fn go<A: Alloc + ?Sized>(&mut self, a: &mut A, budget: &mut usize) -> Option<Term> {
        while *budget > 0 {
            if let Some((key, value)) = self.pairs.get(self.hashed).copied() {
                let hash = hash::internal(key, 0);
                self.places[(hash >> 56) as usize].push(Entry { hash, key, value });
                self.hashed += 1;
                *budget -= 1;
            } else if let Some(place) = self.places.get_mut(self.sorted) {
                *budget = budget.saturating_sub(1 + place.len());
                *place = different(core::mem::take(place));
                self.size += place.len();
                self.sorted += 1;
            } else if self.size <= FLAT_LIMIT {
                let pairs: Vec<(Term, Term)> = self.places.iter().flatten().map(|e| (e.key, e.value)).collect();
                return Some(small(a, &pairs));
            } else if let Some(place) = self.places.get_mut(self.parts.len()) {
                *budget = budget.saturating_sub(1 + place.len());
                let part = (!place.is_empty()).then(|| (subtree(a, place, 2, None), place.len() == 1));
                self.parts.push(part);
            } else {
                return Some(self.root(a));
            }
        }
        None
    }

    fn root<A: Alloc + ?Sized>(&self, a: &mut A) -> Term {
        let mut bitmap = 0;
        let mut children: SmallVec<[Term; 16]> = SmallVec::new();
        for (slot, parts) in self.parts.chunks(16).enumerate() {
            let below: SmallVec<[Term; 16]> = parts.iter().flatten().map(|part| part.0).collect();
            let Some(first) = below.first() else { continue };
            bitmap |= 1 << slot;
            let lone_leaf = below.len() == 1 && parts.iter().flatten().all(|part| part.1);
            children.push(if lone_leaf {
                *first
            } else {
                let bits = parts.iter().enumerate().filter(|(_, part)| part.is_some());
                trie::make(a, None, bits.fold(0, |bits, (i, _)| bits | 1 << i), &below)
            });
        }
        trie::make(a, Some(self.size), bitmap, &children)
    }
}
