//! Hash tables: `set`, `bag`, `duplicate_bag`. Shards with a lock each, chosen by the key's hash; one shard unless the
//! table was made for concurrent writers. A place in the table is a number: the slot's, times the number of shards, plus
//! the shard's.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicUsize, Ordering};

use super::object::Object;
use super::shard::Shard;
use super::{Kind, Statistics, Verdict};
use crate::sync::RwLock;
use crate::term::Term;
use crate::term::hash::internal;

/// A lock and its part of the table, on cache lines of its own.
#[derive(Debug)]
#[repr(align(128))]
struct Locked(RwLock<Shard>);

#[derive(Debug)]
pub(super) struct Hash {
    shards: Box<[Locked]>,
    kind: Kind,
    keypos: usize,
    /// How often the table is fixed.
    pub(super) fixed: AtomicUsize,
}

/// Slots that a table is said to have at least, as stock's have.
const SLOTS: usize = 256;
/// The place behind the last one.
const END: u64 = u64::MAX;

impl Hash {
    /// `shards` is a power of two.
    pub(super) fn new(kind: Kind, keypos: usize, shards: usize) -> Hash {
        let shards = (0..shards).map(|_| Locked(RwLock::new(Shard::new()))).collect();
        Hash { shards, kind, keypos, fixed: AtomicUsize::new(0) }
    }

    /// The shard of a key, and its hash there.
    fn place(&self, key: Term) -> (usize, u32) {
        let h = internal(key, 0);
        // The shard's bits must not be among those that its index uses.
        ((h >> 32) as usize & (self.shards.len() - 1), h as u32)
    }

    /// A shard is asked only under its lock, which orders this with the fixation.
    fn is_fixed(&self) -> bool {
        self.fixed.load(Ordering::SeqCst) > 0
    }

    pub(super) fn len(&self) -> usize {
        self.shards.iter().map(|s| s.0.read().len).sum()
    }

    pub(super) fn memory(&self) -> usize {
        self.shards.iter().map(|s| s.0.read().memory()).sum()
    }

    /// Shows the live objects with a key, oldest first, until `f` has enough.
    pub(super) fn with(&self, key: Term, f: &mut dyn FnMut(&Object) -> bool) {
        let (s, hash) = self.place(key);
        let shard = self.shards[s].0.read();
        if let Some(n) = shard.find(hash, key, self.keypos) {
            let _ = shard.objects(n).all(f);
        }
    }

    pub(super) fn insert(&self, object: Object) {
        let (s, hash) = self.place(object.key(self.keypos));
        self.shards[s].0.write().insert(hash, object, self.kind, self.keypos);
    }

    /// Enters an object if its key is not there; false if it is.
    pub(super) fn insert_new(&self, object: Object) -> bool {
        let key = object.key(self.keypos);
        let (s, hash) = self.place(key);
        let mut shard = self.shards[s].0.write();
        if shard.find(hash, key, self.keypos).is_some_and(|n| shard.has_live(n)) {
            return false;
        }
        shard.insert(hash, object, self.kind, self.keypos);
        true
    }

    /// Enters many objects at once, atomically; `new`: only if none of the keys is there.
    pub(super) fn insert_all(&self, objects: Vec<Object>, new: bool) -> bool {
        // Always in the same order, so that two such calls cannot wait for one another.
        let mut shards: Vec<_> = self.shards.iter().map(|s| s.0.write()).collect();
        if new
            && objects.iter().any(|o| {
                let (s, hash) = self.place(o.key(self.keypos));
                let shard = &shards[s];
                shard.find(hash, o.key(self.keypos), self.keypos).is_some_and(|n| shard.has_live(n))
            })
        {
            return false;
        }
        for object in objects {
            let (s, hash) = self.place(object.key(self.keypos));
            shards[s].insert(hash, object, self.kind, self.keypos);
        }
        true
    }

    /// Takes out those objects with a key that `which` names; answers how many.
    pub(super) fn remove(&self, key: Term, which: &mut dyn FnMut(&Object) -> bool) -> usize {
        let (s, hash) = self.place(key);
        let mut shard = self.shards[s].0.write();
        let fixed = self.is_fixed();
        shard.find(hash, key, self.keypos).map_or(0, |n| shard.remove_if(n, fixed, which))
    }

    /// Lets `f` change the object with a key of a set, or the one that `default` makes and that is entered then; none:
    /// no such key and no default.
    pub(super) fn update<R>(
        &self,
        key: Term,
        default: impl FnOnce() -> Option<Object>,
        f: impl FnOnce(&mut Object) -> (R, bool),
    ) -> Option<R> {
        let (s, hash) = self.place(key);
        let mut shard = self.shards[s].0.write();
        let found = shard.find(hash, key, self.keypos).filter(|n| shard.has_live(*n));
        if let Some(n) = found {
            let mut result = None;
            shard.update(n, |o| result = Some(f(o).0));
            return result;
        }
        let mut object = default()?;
        let (result, keep) = f(&mut object);
        if keep {
            shard.insert(hash, object, self.kind, self.keypos);
        }
        Some(result)
    }

    /// Goes through the live slots from a place on while `go_on` wants more; answers the place after the last one that it
    /// was shown, none at the end.
    fn live_from(&self, place: u64, mut go_on: impl FnMut(&Shard, u32) -> bool) -> Option<u64> {
        if place == END {
            return None;
        }
        let n = self.shards.len() as u64;
        let (mut s, mut from) = ((place % n) as usize, (place / n) as u32);
        while s < self.shards.len() {
            let shard = self.shards[s].0.read();
            while let Some(slot) = shard.next_live(from) {
                if !go_on(&shard, slot) {
                    return Some(self.place_after(s, slot));
                }
                from = slot + 1;
            }
            (s, from) = (s + 1, 0);
        }
        None
    }

    /// Shows the objects of the first live slot at or behind a place; answers the place after it.
    pub(super) fn first_from(&self, place: u64, f: &mut dyn FnMut(&Object)) -> Option<u64> {
        self.live_from(place, |shard, slot| {
            shard.objects(slot).for_each(&mut *f);
            false
        })
    }

    fn place_after(&self, s: usize, slot: u32) -> u64 {
        (u64::from(slot) + 1) * self.shards.len() as u64 + s as u64
    }

    /// The place behind a key, dead or alive.
    pub(super) fn after(&self, key: Term) -> Option<u64> {
        let (s, hash) = self.place(key);
        let n = self.shards[s].0.read().find(hash, key, self.keypos)?;
        Some(self.place_after(s, n))
    }

    /// Shows the objects from a place on, slot by slot, a key's newest first, until `budget` objects are used up (each slot is shown whole);
    /// answers where to go on, none at the end.
    pub(super) fn scan(&self, place: u64, budget: &mut usize, f: &mut dyn FnMut(&Object) -> bool) -> Option<u64> {
        self.live_from(place, |shard, slot| {
            let mut more = true;
            for o in shard.objects(slot).rev() {
                *budget = budget.saturating_sub(1);
                more &= f(o);
            }
            more && *budget > 0
        })
    }

    /// As [`Hash::scan`], doing with each object what `f` says; `done` counts those taken out or replaced.
    pub(super) fn judge(
        &self,
        place: u64,
        budget: &mut usize,
        done: &mut usize,
        f: &mut dyn FnMut(Term) -> Verdict,
    ) -> Option<u64> {
        let n = self.shards.len() as u64;
        let (mut s, mut from) = ((place % n) as usize, (place / n) as u32);
        while s < self.shards.len() {
            let mut shard = self.shards[s].0.write();
            let fixed = self.is_fixed();
            while let Some(slot) = shard.next_live(from) {
                *budget = budget.saturating_sub(shard.objects(slot).count());
                *done += shard.judge(slot, fixed, f);
                from = slot + 1;
                if *budget == 0 {
                    return Some(self.place_after(s, slot));
                }
            }
            (s, from) = (s + 1, 0);
        }
        None
    }

    /// As [`Hash::judge`], for the objects of one key.
    pub(super) fn judge_key(&self, key: Term, done: &mut usize, f: &mut dyn FnMut(Term) -> Verdict) {
        let (s, hash) = self.place(key);
        let mut shard = self.shards[s].0.write();
        let fixed = self.is_fixed();
        if let Some(slot) = shard.find(hash, key, self.keypos) {
            *done += shard.judge(slot, fixed, f);
        }
    }

    /// The objects of a slot by number, the shards' slots side by side (`ets:slot/2`); none behind the last.
    pub(super) fn slot(&self, n: usize, f: &mut dyn FnMut(&Object)) -> bool {
        let mut rest = n;
        for s in &self.shards {
            let shard = s.0.read();
            let end = shard.end() as usize;
            if rest < end {
                shard.objects(rest as u32).for_each(f);
                return true;
            }
            rest -= end;
        }
        n < SLOTS
    }

    /// How many slots there are.
    pub(super) fn slots(&self) -> usize {
        self.shards.iter().map(|s| s.0.read().end() as usize).sum::<usize>().max(SLOTS)
    }

    pub(super) fn describe(&self, to: &mut Statistics) {
        to.locks = self.shards.len();
        for s in &self.shards {
            s.0.read().describe(to);
        }
    }

    /// The table is fixed no longer.
    pub(super) fn clean(&self) {
        for s in &self.shards {
            let mut shard = s.0.write();
            if !self.is_fixed() {
                shard.clean_all();
            }
        }
    }

    /// Takes all objects out, atomically; answers how many there were, and what is to be freed at leisure.
    pub(super) fn take_all(&self) -> (usize, Vec<Shard>) {
        let mut shards: Vec<_> = self.shards.iter().map(|s| s.0.write()).collect();
        let n = shards.iter().map(|s| s.len).sum();
        if self.is_fixed() {
            shards.iter_mut().for_each(|s| s.kill_all());
            return (n, Vec::new());
        }
        (n, shards.iter_mut().map(|s| core::mem::replace(&mut **s, Shard::new())).collect())
    }
}
