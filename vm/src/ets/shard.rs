//! One lock's part of a hash table: slots by key, objects in slots. Read beside it: `erl_db_hash.c`, whose pseudo-deleted
//! objects of fixed tables are the dead slots and holes here.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::index::Index;
use super::object::Object;
use super::slots::{Bag, Slot, Slots};
use super::{Kind, Statistics, Verdict};
use crate::term::Term;
use crate::term::compare::exact_eq;

#[derive(Debug)]
pub(super) struct Shard {
    index: Index,
    slots: Slots,
    /// Live objects, and their words.
    pub(super) len: usize,
    words: usize,
    /// Slots with dead keys or holes, to be cleaned when the table is no longer fixed.
    dead: Vec<u32>,
}

impl Shard {
    pub(super) fn new() -> Shard {
        Shard { index: Index::new(), slots: Slots::default(), len: 0, words: 0, dead: Vec::new() }
    }

    pub(super) fn find(&self, hash: u32, key: Term, keypos: usize) -> Option<u32> {
        self.index.find(hash, |n| self.slots.get(n).and_then(Slot::any).is_some_and(|o| exact_eq(o.key(keypos), key)))
    }

    /// The live objects of a slot, oldest first.
    pub(super) fn objects(&self, n: u32) -> impl DoubleEndedIterator<Item = &Object> {
        self.slots.get(n).into_iter().flat_map(Slot::objects)
    }

    pub(super) fn has_live(&self, n: u32) -> bool {
        self.slots.get(n).is_some_and(|s| s.live() > 0)
    }

    pub(super) fn next_live(&self, from: u32) -> Option<u32> {
        self.slots.next_live(from)
    }

    pub(super) fn end(&self) -> u32 {
        self.slots.end()
    }

    /// Words of memory.
    pub(super) fn memory(&self) -> usize {
        self.words + self.index.memory() + self.slots.memory()
    }

    /// Enters an object. A set's old object with the key is replaced; a bag takes an object once.
    pub(super) fn insert(&mut self, hash: u32, object: Object, kind: Kind, keypos: usize) {
        let found = self.find(hash, object.key(keypos), keypos);
        let words = object.memory();
        let Some(slot) = found.and_then(|n| self.slots.get_mut(n)) else {
            let n = self.slots.insert(Slot::One { hash, object });
            self.index.insert(hash, n);
            self.len += 1;
            self.words += words;
            return;
        };
        if kind == Kind::Bag && slot.objects().any(|o| exact_eq(o.term(), object.term())) {
            return;
        }
        match slot {
            Slot::One { object: old, .. } if kind == Kind::Set => {
                self.words = self.words - old.memory() + words;
                *old = object;
                return;
            }
            Slot::One { .. } => {
                let Slot::One { object: old, .. } = core::mem::replace(slot, Slot::Free { next: 0 }) else { return };
                let bag = Box::new(Bag { items: Vec::from([Some(old), Some(object)]), live: 2 });
                *slot = Slot::Many { hash, bag };
            }
            Slot::Many { bag, .. } => {
                bag.items.push(Some(object));
                bag.live += 1;
            }
            Slot::Dead { .. } | Slot::Free { .. } => *slot = Slot::One { hash, object },
        }
        self.len += 1;
        self.words += words;
    }

    /// Takes out what `which` says of a slot's objects; answers how many.
    pub(super) fn remove_if(&mut self, n: u32, fixed: bool, mut which: impl FnMut(&Object) -> bool) -> usize {
        let Some(slot) = self.slots.get_mut(n) else { return 0 };
        let mut gone = 0;
        match slot {
            Slot::One { object, .. } if which(object) => {
                gone = 1;
                self.words -= object.memory();
                if let Slot::One { hash, object } = core::mem::replace(slot, Slot::Free { next: 0 }) {
                    *slot = Slot::Dead { hash, object };
                }
            }
            Slot::Many { bag, .. } => {
                // One object stays as a hole's stand-in, so that the key is still known.
                for item in &mut bag.items {
                    if item.as_ref().is_some_and(&mut which) {
                        self.words -= item.as_ref().map_or(0, Object::memory);
                        gone += 1;
                        if bag.live == gone {
                            break;
                        }
                        *item = None;
                    }
                }
                bag.live -= gone;
                if bag.live == 0 {
                    let last = bag.items.iter_mut().find_map(Option::take);
                    if let (Some(object), hash) = (last, slot.hash()) {
                        *slot = Slot::Dead { hash, object };
                    }
                }
            }
            _ => {}
        }
        self.len -= gone;
        if gone > 0 {
            if fixed {
                self.dead.push(n);
            } else {
                self.clean(n);
            }
        }
        gone
    }

    /// A slot of a table that is not fixed has no dead key and no holes.
    fn clean(&mut self, n: u32) {
        let Some(slot) = self.slots.get_mut(n) else { return };
        match slot {
            Slot::Dead { hash, .. } => {
                let hash = *hash;
                self.index.remove(hash, n);
                self.slots.remove(n);
            }
            Slot::Many { hash, bag } => {
                let hash = *hash;
                bag.items.retain(Option::is_some);
                if bag.items.len() == 1
                    && let Some(object) = bag.items.pop().flatten()
                {
                    *slot = Slot::One { hash, object };
                }
            }
            _ => {}
        }
    }

    /// The table is no longer fixed.
    pub(super) fn clean_all(&mut self) {
        for n in core::mem::take(&mut self.dead) {
            self.clean(n);
        }
    }

    /// Lets `f` change the one object of a slot of a set.
    pub(super) fn update(&mut self, n: u32, f: impl FnOnce(&mut Object)) {
        if let Some(Slot::One { object, .. }) = self.slots.get_mut(n) {
            let before = object.memory();
            f(object);
            self.words = self.words + object.memory() - before;
        }
    }

    /// Asks about each of a slot's objects and does as told; answers how many were taken out or replaced.
    pub(super) fn judge(&mut self, n: u32, fixed: bool, f: &mut dyn FnMut(Term) -> Verdict) -> usize {
        let mut replaced: Vec<(usize, Object)> = Vec::new();
        let mut i = 0;
        let gone = self.remove_if(n, fixed, |o| {
            let verdict = f(o.term());
            i += 1;
            if let Verdict::Replace(new) = verdict {
                replaced.push((i - 1, new));
                return false;
            }
            matches!(verdict, Verdict::Delete)
        });
        let count = gone + replaced.len();
        if !replaced.is_empty()
            && let Some(slot) = self.slots.get_mut(n)
        {
            for (i, new) in replaced {
                let old = match slot {
                    Slot::One { object, .. } => Some(object),
                    Slot::Many { bag, .. } => bag.items.iter_mut().flatten().nth(i),
                    _ => None,
                };
                if let Some(old) = old {
                    self.words = self.words + new.memory() - old.memory();
                    *old = new;
                }
            }
        }
        count
    }

    /// All objects deleted, for a fixed table.
    pub(super) fn kill_all(&mut self) {
        let mut next = self.slots.next_live(0);
        while let Some(n) = next {
            self.remove_if(n, true, |_| true);
            next = self.slots.next_live(n + 1);
        }
    }

    /// Adds what is in its slots.
    pub(super) fn describe(&self, to: &mut Statistics) {
        for slot in self.slots.iter() {
            let live = slot.live();
            to.kept += match slot {
                Slot::Dead { .. } => 1,
                Slot::Many { bag, .. } => bag.items.len() - live,
                _ => 0,
            };
            if live > 0 {
                to.used += 1;
                to.shortest = to.shortest.min(live);
                to.longest = to.longest.max(live);
                to.squares += live * live;
            }
        }
    }

    /// See [`Slots::free_some`].
    pub(super) fn free_some(&mut self, n: &mut usize) -> bool {
        self.slots.free_some(n)
    }
}
