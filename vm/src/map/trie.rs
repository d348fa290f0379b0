//! Hashed maps: looking up, inserting and removing one key. Paths are copied, all else is shared.

use smallvec::SmallVec;

use super::{FLAT_LIMIT, MapIter, flat};
use crate::term::compare::{compare_exact, exact_eq};
use crate::term::{Alloc, Tag, Term, build, hash};

/// Where a key leads, level by level.
pub struct Route {
    key: Term,
    hash: u64,
    level: u32,
}

impl Route {
    pub fn new(key: Term) -> Route {
        Route { key, hash: hash::internal(key, 0), level: 0 }
    }

    /// The key's way through the trie from some level on.
    pub fn at_level(key: Term, level: u32) -> Route {
        Route { key, hash: hash::internal(key, level / 16), level }
    }

    /// The slot (0..16) at this level; moves on to the next.
    #[inline]
    pub fn next_slot(&mut self) -> u32 {
        let within = self.level % 16;
        if within == 0 && self.level != 0 {
            self.hash = hash::internal(self.key, self.level / 16);
        }
        self.level += 1;
        (self.hash >> (60 - 4 * within)) as u32 & 15
    }
}

/// Bitmap and children of a root or an inner node.
#[inline]
pub fn node(t: Term) -> (u64, &'static [Term]) {
    match t.as_hamt_node() {
        Some(parts) => parts,
        None => t.as_hash_map().map_or((0, &[]), |(_, bitmap, children)| (bitmap, children)),
    }
}

/// Where a slot's child lies among the children.
#[inline]
pub const fn index(bitmap: u64, slot: u32) -> usize {
    (bitmap & ((1 << slot) - 1)).count_ones() as usize
}

pub fn get(map: Term, key: Term) -> Option<Term> {
    let (_, mut bitmap, mut children) = map.as_hash_map()?;
    let mut route = Route::new(key);
    loop {
        let slot = route.next_slot();
        if bitmap >> slot & 1 == 0 {
            return None;
        }
        let child = children[index(bitmap, slot)];
        if child.is_cons() {
            let [k, v] = child.cell();
            return exact_eq(*k, key).then_some(*v);
        }
        (bitmap, children) = node(child);
    }
}

/// A step on the way down: the node, its bitmap, the slot and the child's index.
type Steps = SmallVec<[(Term, u64, usize); 16]>;

/// A copy of a node (or of the root, with another size) in which one child is another.
fn with_child<A: Alloc + ?Sized>(a: &mut A, old: Term, size: usize, i: usize, child: Term) -> Term {
    let header = old.header().expect("a node is boxed");
    let words = old.term_words();
    let p = build::object(a, header.tag(), words.len());
    let raw = if header.is(Tag::HashMap) { 2 } else { 1 };
    // SAFETY: as many fresh words as the old node has; `i` is the index of one of its children.
    unsafe {
        core::ptr::copy_nonoverlapping(words.as_ptr().cast(), p.add(1), words.len());
        *p.add(1 + raw + i) = child.raw();
        if raw == 2 {
            *p.add(1) = Term::small(size as i64).raw();
        }
    }
    Term::boxed(p)
}

/// A node from its parts; a root when there is a size.
pub fn make<A: Alloc + ?Sized>(a: &mut A, size: Option<usize>, bitmap: u64, children: &[Term]) -> Term {
    let mut words: SmallVec<[Term; 18]> = SmallVec::new();
    if let Some(size) = size {
        words.push(Term::small(size as i64));
    }
    words.push(Term::small(bitmap as i64));
    words.extend_from_slice(children);
    build::terms(a, if size.is_some() { Tag::HashMap } else { Tag::HamtNode }, &words)
}

/// A subtree of two leaves with different keys, for a place at `level`.
fn split<A: Alloc + ?Sized>(a: &mut A, level: u32, x: Term, y: Term) -> Term {
    let mut rx = Route::at_level(x.cell()[0], level);
    let mut ry = Route::at_level(y.cell()[0], level);
    let mut shared: SmallVec<[u32; 16]> = SmallVec::new();
    let mut out = loop {
        let (sx, sy) = (rx.next_slot(), ry.next_slot());
        if sx != sy {
            let pair = if sx < sy { [x, y] } else { [y, x] };
            break make(a, None, 1 << sx | 1 << sy, &pair);
        }
        shared.push(sx);
    };
    for slot in shared.into_iter().rev() {
        out = make(a, None, 1 << slot, &[out]);
    }
    out
}

fn rebuild<A: Alloc + ?Sized>(a: &mut A, steps: Steps, size: usize, child: Term) -> Term {
    steps.into_iter().rev().fold(child, |child, (old, _, i)| with_child(a, old, size, i, child))
}

pub fn put<A: Alloc + ?Sized>(a: &mut A, map: Term, key: Term, value: Term) -> Term {
    let size = super::size(map);
    let mut steps = Steps::new();
    let mut route = Route::new(key);
    let mut here = map;
    loop {
        let (bitmap, children) = node(here);
        let slot = route.next_slot();
        let i = index(bitmap, slot);
        if bitmap >> slot & 1 == 0 {
            let leaf = build::cons(a, key, value);
            let mut with: SmallVec<[Term; 16]> = SmallVec::from_slice(children);
            with.insert(i, leaf);
            let root = here == map;
            let new = make(a, root.then_some(size + 1), bitmap | 1 << slot, &with);
            return rebuild(a, steps, size + 1, new);
        }
        let child = children[i];
        steps.push((here, bitmap, i));
        if child.is_cons() {
            let [k, v] = child.cell();
            if exact_eq(*k, key) {
                if *v == value {
                    return map;
                }
                let leaf = build::cons(a, *k, value);
                return rebuild(a, steps, size, leaf);
            }
            let leaf = build::cons(a, key, value);
            let below = split(a, route.level, child, leaf);
            return rebuild(a, steps, size + 1, below);
        }
        here = child;
    }
}

pub fn take<A: Alloc + ?Sized>(a: &mut A, map: Term, key: Term) -> Option<(Term, Term)> {
    let size = super::size(map);
    let mut steps = Steps::new();
    let mut route = Route::new(key);
    let mut here = map;
    let value = loop {
        let (bitmap, children) = node(here);
        let slot = route.next_slot();
        if bitmap >> slot & 1 == 0 {
            return None;
        }
        let i = index(bitmap, slot);
        steps.push((here, bitmap, i));
        if children[i].is_cons() {
            let [k, v] = children[i].cell();
            if !exact_eq(*k, key) {
                return None;
            }
            break *v;
        }
        here = children[i];
    };
    if size - 1 <= FLAT_LIMIT {
        let mut pairs: SmallVec<[(Term, Term); FLAT_LIMIT]> =
            MapIter::new(map).filter(|(k, _)| !exact_eq(*k, key)).collect();
        pairs.sort_unstable_by(|x, y| compare_exact(x.0, y.0));
        return Some((value, flat::from_sorted(a, &pairs)));
    }
    // What takes the removed child's place: nothing, a leaf pulled up, or a smaller node.
    let mut replacement: Option<Term> = None;
    while let Some((old, bitmap, i)) = steps.pop() {
        let root = old == map;
        let children = node(old).1;
        if let Some(child) = replacement {
            if child.is_cons() && children.len() == 1 && !root {
                continue;
            }
            replacement = Some(with_child(a, old, size - 1, i, child));
            continue;
        }
        let mut rest: SmallVec<[Term; 16]> = SmallVec::from_slice(children);
        rest.remove(i);
        replacement = match rest.as_slice() {
            [leaf] if leaf.is_cons() && !root => Some(*leaf),
            _ => Some(make(a, root.then_some(size - 1), without_nth(bitmap, i), &rest)),
        };
    }
    replacement.map(|rest| (value, rest))
}

/// The bitmap without its `n`th bit set, counted from the lowest.
const fn without_nth(bitmap: u64, n: usize) -> u64 {
    let mut low = bitmap;
    let mut i = 0;
    while i < n {
        low &= low - 1;
        i += 1;
    }
    bitmap ^ (low & low.wrapping_neg())
}
