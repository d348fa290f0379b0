//! A table: its properties, and its objects in one of the two structures.

use alloc::vec::Vec;
use core::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering};

use super::garbage::Garbage;
use super::hash::Hash;
use super::heirs::Heir;
use super::object::Object;
use super::tree::{Range, Tree};
use super::{Kind, Verdict};
use crate::atom::Atom;
use crate::sync::Mutex;
use crate::term::{Pid, Reference, Term};

/// Who may read and write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Protection {
    /// The owner only.
    Private = 0,
    /// The owner writes, all read.
    Protected = 1,
    Public = 2,
}

/// The option of that name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteConcurrency {
    No,
    Yes,
    Auto,
    /// So many locks (`debug_hash_fixed_number_of_locks`).
    Locks(usize),
}

/// How a table is made.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    pub kind: Kind,
    /// The key's position, counted from 1.
    pub keypos: usize,
    pub named: bool,
    pub protection: Protection,
    pub write_concurrency: WriteConcurrency,
    pub read_concurrency: bool,
    pub decentralized_counters: bool,
    /// Told by `info`; objects are kept as they are.
    pub compressed: bool,
}

/// Who has fixed a table, how often, since when.
#[derive(Debug, Default)]
pub struct Fixation {
    /// Monotonic and system time (ns) when the first of them did.
    pub since: (u64, u64),
    pub by: Vec<(Pid, usize)>,
}

/// How objects lie in a hash table's slots.
#[derive(Debug, Default, Clone, Copy)]
pub struct Statistics {
    /// Slots with live objects; the least and the most of those in one of them, and the sum of their squares.
    pub used: usize,
    pub shortest: usize,
    pub longest: usize,
    pub squares: usize,
    /// Objects deleted while the table was fixed.
    pub kept: usize,
    pub locks: usize,
}

/// A table.
#[derive(Debug)]
pub struct Table {
    /// Unique, in the order in which tables were made.
    pub number: u64,
    pub reference: Reference,
    pub options: Options,
    pub(super) name: AtomicU32,
    protection: AtomicU8,
    pub(super) owner: AtomicU64,
    alive: AtomicBool,
    pub(super) heir: Mutex<Option<Heir>>,
    pub(super) fixation: Mutex<Fixation>,
    data: Data,
}

#[derive(Debug)]
enum Data {
    Hash(Hash),
    Tree(Tree),
}

/// Locks of a table made for concurrent writers.
const SHARDS: usize = 32;

impl Table {
    pub(super) fn new(owner: Pid, name: Atom, options: Options) -> Table {
        static NUMBER: AtomicU64 = AtomicU64::new(1);
        let data = match options.kind {
            Kind::OrderedSet => Data::Tree(Tree::new(options.keypos)),
            kind => {
                let shards = match options.write_concurrency {
                    WriteConcurrency::No => 1,
                    WriteConcurrency::Yes | WriteConcurrency::Auto => SHARDS,
                    WriteConcurrency::Locks(n) => n.next_power_of_two().min(1024),
                };
                Data::Hash(Hash::new(kind, options.keypos, shards))
            }
        };
        Table {
            number: NUMBER.fetch_add(1, Ordering::Relaxed),
            reference: crate::process::make_reference(),
            options,
            name: AtomicU32::new(name.0),
            protection: AtomicU8::new(options.protection as u8),
            owner: AtomicU64::new(owner.data()),
            alive: AtomicBool::new(true),
            heir: Mutex::new(None),
            fixation: Mutex::new(Fixation::default()),
            data,
        }
    }

    /// Its name, unique only if it is a named table.
    #[must_use]
    pub fn name(&self) -> Atom {
        Atom(self.name.load(Ordering::Acquire))
    }

    /// The process that it dies with.
    #[must_use]
    pub fn owner(&self) -> Pid {
        Pid::from_data(self.owner.load(Ordering::Acquire))
    }

    /// Has it not been deleted?
    #[inline]
    #[must_use]
    pub fn is_alive(&self) -> bool {
        self.alive.load(Ordering::Acquire)
    }

    /// True for the one who ends its life.
    pub(super) fn die(&self) -> bool {
        self.alive.swap(false, Ordering::AcqRel)
    }

    #[must_use]
    pub fn protection(&self) -> Protection {
        match self.protection.load(Ordering::Relaxed) {
            0 => Protection::Private,
            1 => Protection::Protected,
            _ => Protection::Public,
        }
    }

    pub fn set_protection(&self, protection: Protection) {
        self.protection.store(protection as u8, Ordering::Relaxed);
    }

    /// May this process read it?
    #[inline]
    #[must_use]
    pub fn readable(&self, by: Pid) -> bool {
        self.protection.load(Ordering::Relaxed) != Protection::Private as u8 || self.owner() == by
    }

    /// May this process write it?
    #[inline]
    #[must_use]
    pub fn writable(&self, by: Pid) -> bool {
        self.protection.load(Ordering::Relaxed) == Protection::Public as u8 || self.owner() == by
    }

    /// One object for a key?
    #[must_use]
    pub const fn is_set(&self) -> bool {
        matches!(self.options.kind, Kind::Set | Kind::OrderedSet)
    }

    #[must_use]
    pub const fn is_ordered(&self) -> bool {
        matches!(self.options.kind, Kind::OrderedSet)
    }

    /// How many objects it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.data {
            Data::Hash(h) => h.len(),
            Data::Tree(t) => t.len(),
        }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Words of memory.
    #[must_use]
    pub fn memory(&self) -> usize {
        let data = match &self.data {
            Data::Hash(h) => h.memory(),
            Data::Tree(t) => t.memory(),
        };
        data + size_of::<Table>() / 8
    }

    /// Shows the objects with a key, oldest first, until `f` has enough.
    pub fn with(&self, key: Term, mut f: impl FnMut(&Object) -> bool) {
        match &self.data {
            Data::Hash(h) => h.with(key, &mut f),
            Data::Tree(t) => t.with(key, &mut |o| {
                f(o);
            }),
        }
    }

    /// Is there an object with this key?
    #[must_use]
    pub fn contains(&self, key: Term) -> bool {
        let mut found = false;
        self.with(key, |_| {
            found = true;
            false
        });
        found
    }

    /// Enters an object; an old one with its key is replaced in a set.
    pub fn insert(&self, object: Object) {
        match &self.data {
            Data::Hash(h) => h.insert(object),
            Data::Tree(t) => t.insert(object),
        }
    }

    /// Enters an object if its key is not there; false if it is.
    #[must_use]
    pub fn insert_new(&self, object: Object) -> bool {
        match &self.data {
            Data::Hash(h) => h.insert_new(object),
            Data::Tree(t) => t.insert_all(Vec::from([object]), true),
        }
    }

    /// Enters many objects at once, atomically; `new`: only if none of their keys is there, else false.
    #[must_use]
    pub fn insert_all(&self, objects: Vec<Object>, new: bool) -> bool {
        match &self.data {
            Data::Hash(h) => h.insert_all(objects, new),
            Data::Tree(t) => t.insert_all(objects, new),
        }
    }

    /// Takes out those objects with a key that `which` names; answers how many.
    pub fn remove(&self, key: Term, mut which: impl FnMut(&Object) -> bool) -> usize {
        match &self.data {
            Data::Hash(h) => h.remove(key, &mut which),
            Data::Tree(t) => t.remove(key, &mut which),
        }
    }

    /// Lets `f` change the object with a key of a set; where there is none, the one that `default` makes, which is
    /// entered if `f` says so. None: no such key and no default.
    pub fn update<R>(
        &self,
        key: Term,
        default: impl FnOnce() -> Option<Object>,
        f: impl FnOnce(&mut Object) -> (R, bool),
    ) -> Option<R> {
        match &self.data {
            Data::Hash(h) => h.update(key, default, f),
            Data::Tree(t) => t.update(key, default, f),
        }
    }

    /// Takes all objects out, atomically; answers how many there were, and their remains.
    #[must_use]
    pub fn clear(&self) -> (usize, Garbage) {
        match &self.data {
            Data::Hash(h) => {
                let (n, shards) = h.take_all();
                (n, Garbage { shards, ..Garbage::default() })
            }
            Data::Tree(t) => {
                let tree = t.take_all();
                (tree.len(), Garbage { tree, ..Garbage::default() })
            }
        }
    }

    /// A hash table: shows the objects of the first key at or behind a place; answers the place behind it.
    pub fn first_from(&self, place: u64, mut f: impl FnMut(&Object)) -> Option<u64> {
        match &self.data {
            Data::Hash(h) => h.first_from(place, &mut f),
            Data::Tree(_) => None,
        }
    }

    /// A hash table: the place behind a key, which may have been deleted since the table was fixed.
    #[must_use]
    pub fn place_after(&self, key: Term) -> Option<u64> {
        match &self.data {
            Data::Hash(h) => h.after(key),
            Data::Tree(_) => None,
        }
    }

    /// A hash table: shows objects from a place on, whole keys, each key's newest object first, until `budget` objects are used up or `f` has enough;
    /// answers where to go on, none at the end.
    pub fn scan(&self, place: u64, budget: &mut usize, mut f: impl FnMut(&Object) -> bool) -> Option<u64> {
        match &self.data {
            Data::Hash(h) => h.scan(place, budget, &mut f),
            Data::Tree(_) => None,
        }
    }

    /// A hash table: as [`Table::scan`], doing with each object what `f` says; `done` counts those it changed.
    pub fn judge(
        &self,
        place: u64,
        budget: &mut usize,
        done: &mut usize,
        mut f: impl FnMut(Term) -> Verdict,
    ) -> Option<u64> {
        match &self.data {
            Data::Hash(h) => h.judge(place, budget, done, &mut f),
            Data::Tree(_) => None,
        }
    }

    /// Does with each object of one key what `f` says; `done` counts those it changed.
    pub fn judge_key(&self, key: Term, done: &mut usize, mut f: impl FnMut(Term) -> Verdict) {
        match &self.data {
            Data::Hash(h) => h.judge_key(key, done, &mut f),
            Data::Tree(t) => t.judge_key(key, done, &mut f),
        }
    }

    /// An ordered table: shows the objects of a range until `f` has enough; true when it has seen all.
    pub fn walk(&self, range: Range<'_>, mut f: impl FnMut(&Object) -> bool) -> bool {
        match &self.data {
            Data::Hash(_) => true,
            Data::Tree(t) => t.scan(range, &mut f),
        }
    }

    /// An ordered table: does with each object of a range what `f` says, until `budget` objects are used up: then
    /// `last` is told the key to go on behind, and the answer is false.
    pub fn judge_range(
        &self,
        range: Range<'_>,
        budget: &mut usize,
        done: &mut usize,
        mut f: impl FnMut(Term) -> Verdict,
        mut last: impl FnMut(Term),
    ) -> bool {
        match &self.data {
            Data::Hash(_) => true,
            Data::Tree(t) => t.judge(range, budget, done, &mut f, &mut last),
        }
    }

    /// Shows the objects of a slot by number; false behind the last one.
    pub fn slot(&self, n: usize, mut f: impl FnMut(&Object)) -> bool {
        match &self.data {
            Data::Hash(h) => h.slot(n, &mut f),
            Data::Tree(t) => t.nth(n, &mut f),
        }
    }

    /// How many slots there are.
    #[must_use]
    pub fn slots(&self) -> usize {
        match &self.data {
            Data::Hash(h) => h.slots(),
            Data::Tree(t) => t.len(),
        }
    }

    /// How the objects of a hash table lie in its slots.
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        let mut s = Statistics { shortest: usize::MAX, locks: 1, ..Statistics::default() };
        if let Data::Hash(h) = &self.data {
            h.describe(&mut s);
        }
        s
    }

    /// Is it fixed?
    #[must_use]
    pub fn is_fixed(&self) -> bool {
        self.fixed().load(Ordering::SeqCst) > 0
    }

    /// Who has fixed it.
    pub fn with_fixation<R>(&self, f: impl FnOnce(&Fixation) -> R) -> R {
        f(&self.fixation.lock())
    }

    fn fixed(&self) -> &core::sync::atomic::AtomicUsize {
        match &self.data {
            Data::Hash(h) => &h.fixed,
            Data::Tree(t) => &t.fixed,
        }
    }

    pub(super) fn add_fixed(&self) {
        self.fixed().fetch_add(1, Ordering::SeqCst);
    }

    pub(super) fn sub_fixed(&self, n: usize) {
        if self.fixed().fetch_sub(n, Ordering::SeqCst) == n
            && let Data::Hash(h) = &self.data
        {
            h.clean();
        }
    }
}
