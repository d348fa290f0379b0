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
    let mut entries: Vec<Entry> =
        pairs.iter().map(|(key, value)| Entry { hash: hash::internal(*key, 0), key: *key, value: *value }).collect();
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
    if unique.len() <= FLAT_LIMIT {
        let pairs: SmallVec<[(Term, Term); FLAT_LIMIT]> = unique.iter().map(|e| (e.key, e.value)).collect();
        return small(a, &pairs);
    }
    let n = unique.len();
    subtree(a, &mut unique, 0, Some(n))
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
