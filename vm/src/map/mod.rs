//! Maps. Up to [`FLAT_LIMIT`] keys a map is flat: a tuple of keys in the order of
//! [`compare_exact`](crate::term::compare::compare_exact), which maps with the same keys share, and the values. A
//! larger one is a trie of 16-way nodes over the keys' hashes (Bagwell's hash array mapped trie); its leaves are cons
//! cells `[Key | Value]`. Read beside it: `erts/emulator/beam/erl_map.c`.
//!
//! The form is canonical: the same keys make the same shape, whatever the order in which they came. Level `n` of the
//! trie takes four bits of the key's hash, the highest first; when all 64 are used up, the key is hashed again with
//! another salt, so any two keys part somewhere.

mod build;
mod diff;
pub(crate) mod flat;
mod iter;
mod trie;

use alloc::vec::Vec;

use crate::term::{Alloc, Term, build as terms};

pub use build::{Builder, from_pairs};
pub(crate) use diff::{Difference, diff};
pub use iter::{MapIter, Path};

/// The most keys of a flat map.
pub const FLAT_LIMIT: usize = 32;

/// `#{}`.
pub fn empty<A: Alloc + ?Sized>(a: &mut A) -> Term {
    let keys = terms::tuple(a, &[]);
    flat::with_keys(a, keys, &[])
}

/// How many keys a map has (0 for what is no map).
#[inline]
#[must_use]
pub fn size(map: Term) -> usize {
    match map.as_flat_map() {
        Some((keys, _)) => keys.len(),
        None => map.as_hash_map().map_or(0, |(n, ..)| n),
    }
}

/// The value of a key.
#[inline]
#[must_use]
pub fn get(map: Term, key: Term) -> Option<Term> {
    match map.as_flat_map() {
        Some((keys, values)) => flat::find(keys, key).map(|i| values[i]),
        None => trie::get(map, key),
    }
}

/// Is the key there?
#[must_use]
pub fn contains(map: Term, key: Term) -> bool {
    get(map, key).is_some()
}

/// `Map#{Key => Value}`.
pub fn put<A: Alloc + ?Sized>(a: &mut A, map: Term, key: Term, value: Term) -> Term {
    if map.as_flat_map().is_some() { flat::put(a, map, key, value) } else { trie::put(a, map, key, value) }
}

/// `Map#{Key := Value}`: none when the key is not there.
pub fn update<A: Alloc + ?Sized>(a: &mut A, map: Term, key: Term, value: Term) -> Option<Term> {
    match map.as_flat_map() {
        Some((keys, _)) => flat::find(keys, key).map(|i| flat::replace(a, map, i, value)),
        None => trie::get(map, key).map(|_| trie::put(a, map, key, value)),
    }
}

/// The map without the key; the same map when it is not there.
pub fn remove<A: Alloc + ?Sized>(a: &mut A, map: Term, key: Term) -> Term {
    take(a, map, key).map_or(map, |(_, rest)| rest)
}

/// The key's value and the map without it.
pub fn take<A: Alloc + ?Sized>(a: &mut A, map: Term, key: Term) -> Option<(Term, Term)> {
    match map.as_flat_map() {
        Some((keys, values)) => {
            let i = flat::find(keys, key)?;
            Some((values[i], flat::without(a, map, i)))
        }
        None => trie::take(a, map, key),
    }
}

/// `Map#{K1 => V1, …}` for many pairs at once; of equal keys the last one counts.
pub fn put_many<A: Alloc + ?Sized>(a: &mut A, map: Term, pairs: &[(Term, Term)]) -> Term {
    if let Some(done) = flat::put_many(a, map, pairs) {
        return done;
    }
    let n = size(map);
    if n > FLAT_LIMIT && pairs.len() < n / 4 {
        return pairs.iter().fold(map, |m, (k, v)| trie::put(a, m, *k, *v));
    }
    let mut all: Vec<(Term, Term)> = MapIter::new(map).collect();
    all.extend_from_slice(pairs);
    from_pairs(a, &all)
}

/// `Map#{K1 := V1, …}` in place of the general way: a flat map in which all of those keys are, on a heap with room.
pub(crate) fn replace_values(
    heap: &mut crate::heap::ProcessHeap,
    map: Term,
    pairs: impl Iterator<Item = (Term, Term)>,
) -> Option<Term> {
    let (keys, values) = map.as_flat_map()?;
    let room = heap.take(values.len() + 2)?;
    let new = flat::copy_onto(room, map);
    let mut at = 0;
    let mut changed = false;
    for (key, value) in pairs {
        // Keys come in the map's order most often.
        let Some(i) = flat::find_from(keys, key, at) else {
            heap.give_back(values.len() + 2);
            return None;
        };
        changed |= new[i] != value;
        new[i] = value;
        at = i + 1;
    }
    if changed {
        return Some(Term::boxed(room));
    }
    heap.give_back(values.len() + 2);
    Some(map)
}

/// `Map#{K1 := V1, …}` for many pairs at once.
/// # Errors
/// The first key that is not there.
pub fn update_many<A: Alloc + ?Sized>(a: &mut A, map: Term, pairs: &[(Term, Term)]) -> Result<Term, Term> {
    // Stock's loader sorts the keys: the smallest that is missing is told.
    let missing = pairs.iter().map(|p| p.0).filter(|k| !contains(map, *k));
    match missing.min_by(|x, y| crate::term::compare::compare_exact(*x, *y)) {
        Some(missing) => Err(missing),
        None => Ok(put_many(a, map, pairs)),
    }
}

/// All of both; where a key is in both, with the second one's value.
pub fn merge<A: Alloc + ?Sized>(a: &mut A, first: Term, second: Term) -> Term {
    let (n, m) = (size(first), size(second));
    if n == 0 || first == second {
        return second;
    }
    if m == 0 {
        return first;
    }
    if m > FLAT_LIMIT && n < m / 4 {
        let mut out = second;
        for (k, v) in MapIter::new(first) {
            if !contains(second, k) {
                out = trie::put(a, out, k, v);
            }
        }
        return out;
    }
    let pairs: Vec<(Term, Term)> = MapIter::new(second).collect();
    put_many(a, first, &pairs)
}

/// The keys, in the map's own order.
pub fn keys<A: Alloc + ?Sized>(a: &mut A, map: Term) -> Term {
    let items: Vec<Term> = MapIter::new(map).map(|(k, _)| k).collect();
    terms::list(a, &items)
}

/// The values, in the map's own order.
pub fn values<A: Alloc + ?Sized>(a: &mut A, map: Term) -> Term {
    let items: Vec<Term> = MapIter::new(map).map(|(_, v)| v).collect();
    terms::list(a, &items)
}

/// `[{Key, Value}, …]`, in the map's own order.
pub fn to_list<A: Alloc + ?Sized>(a: &mut A, map: Term) -> Term {
    let items: Vec<Term> = MapIter::new(map).map(|(k, v)| terms::tuple(a, &[k, v])).collect();
    terms::list(a, &items)
}

#[cfg(test)]
mod tests;
