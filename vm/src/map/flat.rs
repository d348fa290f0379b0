//! Flat maps: sorted keys, found by a scan (they are few, and most are immediates).

use alloc::vec::Vec;
use core::cmp::Ordering;

use super::FLAT_LIMIT;
use crate::term::compare::{compare_exact, exact_eq};
use crate::term::{Alloc, Tag, Term, build};

/// The index of a key.
#[inline]
pub fn find(keys: &[Term], key: Term) -> Option<usize> {
    if key.is_immediate() {
        return keys.iter().position(|k| *k == key);
    }
    keys.iter().position(|k| exact_eq(*k, key))
}

/// The index of a key that most likely lies at `from` or behind.
#[inline(always)]
pub fn find_from(keys: &[Term], key: Term, from: usize) -> Option<usize> {
    let (before, behind) = keys.split_at(from.min(keys.len()));
    match find(behind, key) {
        Some(i) => Some(before.len() + i),
        None => find(before, key),
    }
}

/// A copy of a flat map at `room`; answers its values.
#[inline(always)]
pub fn copy_onto(room: *mut u64, map: Term) -> &'static mut [Term] {
    let words = map.words();
    // SAFETY: the caller's fresh room is as large as the map, which lies elsewhere: header, keys, values.
    unsafe {
        *room = crate::term::Header::new(Tag::FlatMap, words.len()).0;
        core::ptr::copy_nonoverlapping(words.as_ptr(), room.add(1), words.len());
        core::slice::from_raw_parts_mut(room.add(2).cast(), words.len() - 1)
    }
}

/// A map of those values, that shares the keys.
pub fn with_keys<A: Alloc + ?Sized>(a: &mut A, keys: Term, values: &[Term]) -> Term {
    let p = build::object(a, Tag::FlatMap, 1 + values.len());
    // SAFETY: 1 + len fresh words behind the header; Term is a transparent u64.
    unsafe {
        *p.add(1) = keys.raw();
        core::ptr::copy_nonoverlapping(values.as_ptr().cast(), p.add(2), values.len());
    }
    Term::boxed(p)
}

/// From pairs in the order of the keys, all different.
pub fn from_sorted<A: Alloc + ?Sized>(a: &mut A, pairs: &[(Term, Term)]) -> Term {
    let n = pairs.len();
    debug_assert!(n <= FLAT_LIMIT);
    let (mut keys, mut values) = ([Term::NIL; FLAT_LIMIT], [Term::NIL; FLAT_LIMIT]);
    for (i, (k, v)) in pairs.iter().enumerate() {
        (keys[i], values[i]) = (*k, *v);
    }
    let keys = build::tuple(a, &keys[..n]);
    with_keys(a, keys, &values[..n])
}

/// A map of so many pairs, to be filled by [`parts_mut`] and [`arrange`]; nil everywhere until then.
pub fn blank<A: Alloc + ?Sized>(a: &mut A, n: usize) -> Term {
    debug_assert!(n <= FLAT_LIMIT);
    let nothing = [Term::NIL; FLAT_LIMIT];
    let keys = build::tuple(a, &nothing[..n]);
    with_keys(a, keys, &nothing[..n])
}

/// The keys and values of a map, to be written.
/// # Safety
/// It is a flat map, [`blank`] made it, and nothing else refers to it yet but the heap.
pub unsafe fn parts_mut(map: Term) -> (&'static mut [Term], &'static mut [Term]) {
    let (keys, _, values) = parts(map);
    let n = values.len();
    // SAFETY: the keys lie behind the tuple's header, the values behind the map's header and its keys; the caller
    // vouches for nobody else looking.
    unsafe {
        (
            core::slice::from_raw_parts_mut(keys.ptr().cast::<Term>().add(1), n),
            core::slice::from_raw_parts_mut(map.ptr().cast::<Term>().add(2), n),
        )
    }
}

/// Puts pairs into the order of their keys; false if a key comes twice.
pub fn arrange(keys: &mut [Term], values: &mut [Term]) -> bool {
    for i in 1..keys.len() {
        let mut at = i;
        while at > 0 {
            match compare_exact(keys[at - 1], keys[at]) {
                Ordering::Less => break,
                Ordering::Equal => return false,
                Ordering::Greater => {
                    keys.swap(at - 1, at);
                    values.swap(at - 1, at);
                    at -= 1;
                }
            }
        }
    }
    true
}

fn parts(map: Term) -> (Term, &'static [Term], &'static [Term]) {
    let words = map.term_words();
    (words[0], words[0].term_words(), &words[1..])
}

/// The map with another value at an index.
pub fn replace<A: Alloc + ?Sized>(a: &mut A, map: Term, i: usize, value: Term) -> Term {
    let (keys, _, values) = parts(map);
    if values[i] == value {
        return map;
    }
    let p = build::object(a, Tag::FlatMap, 1 + values.len());
    // SAFETY: 1 + len fresh words behind the header, `i` is an index of the values.
    unsafe {
        *p.add(1) = keys.raw();
        core::ptr::copy_nonoverlapping(values.as_ptr().cast(), p.add(2), values.len());
        *p.add(2 + i) = value.raw();
    }
    Term::boxed(p)
}

/// The map with all of those pairs, if that is a flat map too.
pub fn put_many<A: Alloc + ?Sized>(a: &mut A, map: Term, pairs: &[(Term, Term)]) -> Option<Term> {
    let (old_keys, old) = map.as_flat_map()?;
    let mut n = old.len();
    let (mut keys, mut values) = ([Term::NIL; FLAT_LIMIT], [Term::NIL; FLAT_LIMIT]);
    keys[..n].copy_from_slice(old_keys);
    values[..n].copy_from_slice(old);
    for (k, v) in pairs {
        if let Some(i) = find(&keys[..n], *k) {
            values[i] = *v;
            continue;
        }
        if n == FLAT_LIMIT {
            return None;
        }
        let at = place(&keys[..n], *k);
        keys.copy_within(at..n, at + 1);
        values.copy_within(at..n, at + 1);
        (keys[at], values[at]) = (*k, *v);
        n += 1;
    }
    if n == old.len() {
        return Some(if values[..n] == *old { map } else { with_keys(a, map.flat_map_keys()?, &values[..n]) });
    }
    let keys = build::tuple(a, &keys[..n]);
    Some(with_keys(a, keys, &values[..n]))
}

/// Where a new key goes.
fn place(keys: &[Term], key: Term) -> usize {
    match keys.last() {
        Some(last) if compare_exact(*last, key).is_gt() => keys.partition_point(|k| compare_exact(*k, key).is_lt()),
        _ => keys.len(),
    }
}

pub fn put<A: Alloc + ?Sized>(a: &mut A, map: Term, key: Term, value: Term) -> Term {
    let (_, keys, values) = parts(map);
    if let Some(i) = find(keys, key) {
        return replace(a, map, i, value);
    }
    let n = keys.len();
    if n == FLAT_LIMIT {
        let mut pairs: Vec<(Term, Term)> = keys.iter().copied().zip(values.iter().copied()).collect();
        pairs.push((key, value));
        return super::from_pairs(a, &pairs);
    }
    let at = place(keys, key);
    // The keys tuple and the map, in one piece.
    let p = a.alloc(1 + n + 1 + 2 + n + 1);
    // SAFETY: fresh words for a tuple of n + 1, and behind it a flat map of n + 1; `at <= n`.
    unsafe {
        let keys_tuple = insert(p, Tag::Tuple, None, keys, at, key);
        let m = p.add(n + 2);
        insert(m, Tag::FlatMap, Some(keys_tuple), values, at, value)
    }
}

/// Writes a boxed object: its first word if there is one, then the items with one inserted at an index.
/// # Safety
/// `p` leads to room for a header and all of those words; `at <= items.len()`.
unsafe fn insert(p: *mut u64, tag: Tag, first: Option<Term>, items: &[Term], at: usize, item: Term) -> Term {
    let mut w = p;
    // SAFETY: the caller vouches for the room.
    unsafe {
        *w = crate::term::Header::new(tag, usize::from(first.is_some()) + items.len() + 1).0;
        w = w.add(1);
        if let Some(first) = first {
            *w = first.raw();
            w = w.add(1);
        }
        core::ptr::copy_nonoverlapping(items.as_ptr().cast(), w, at);
        *w.add(at) = item.raw();
        core::ptr::copy_nonoverlapping(items.as_ptr().add(at).cast(), w.add(at + 1), items.len() - at);
    }
    Term::boxed(p)
}

/// The map without the key at an index.
pub fn without<A: Alloc + ?Sized>(a: &mut A, map: Term, i: usize) -> Term {
    let (_, keys, values) = parts(map);
    let n = keys.len() - 1;
    // The keys tuple and the map, in one piece.
    let p = a.alloc(1 + n + 2 + n);
    // SAFETY: fresh words for a tuple of n, and behind it a flat map of n; `i <= n`.
    unsafe {
        *p = crate::term::Header::new(Tag::Tuple, n).0;
        copy_without(p.add(1), keys, i);
        let m = p.add(1 + n);
        *m = crate::term::Header::new(Tag::FlatMap, 1 + n).0;
        *m.add(1) = Term::boxed(p).raw();
        copy_without(m.add(2), values, i);
        Term::boxed(m)
    }
}

/// Copies all items but one.
/// # Safety
/// `to` must have room for one less than there are; `i` must be the index of one.
unsafe fn copy_without(to: *mut u64, items: &[Term], i: usize) {
    // SAFETY: the caller vouches for the room.
    unsafe {
        core::ptr::copy_nonoverlapping(items.as_ptr().cast(), to, i);
        core::ptr::copy_nonoverlapping(items.as_ptr().add(i + 1).cast(), to.add(i), items.len() - i - 1);
    }
}
