//! The atom table: names to numbers and back. Atoms are never freed; the table refuses more than its limit.

mod known;

use core::sync::atomic::{AtomicUsize, Ordering};

use hashbrown::HashTable;

use crate::sync::{Chunked, RwLock};

pub use known::*;

/// An atom's number.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(transparent)]
pub struct Atom(pub u32);

/// The most characters an atom's name may have.
pub const MAX_CHARACTERS: usize = 255;

macro_rules! known_atoms {
    ($($name:ident $text:literal,)*) => {
        /// Numbers for the constants below.
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        enum Index { $($name,)* }
        $(#[doc = concat!("`'", $text, "'`")] pub const $name: crate::atom::Atom = crate::atom::Atom(Index::$name as u32);)*
        /// The names, in the order of their numbers.
        pub(super) const NAMES: &[&str] = &[$($text,)*];
    };
}
use known_atoms;

struct Entry {
    text: &'static str,
    /// How the name compares, first four bytes, so that most comparisons need no text.
    prefix: u32,
    hash: u64,
    /// `phash2`-style hash of the name, as `atom_hash` in `atom.c` has it.
    pjw: u32,
}

static ENTRIES: Chunked<Entry> = Chunked::new();
static INDEX: RwLock<HashTable<u32>> = RwLock::new(HashTable::new());
/// Bytes of all names.
static TEXT_BYTES: AtomicUsize = AtomicUsize::new(0);
static LIMIT: AtomicUsize = AtomicUsize::new(1_048_576);

/// There are as many atoms as the limit (`+t`) allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooManyAtoms;

fn hash_of(text: &str) -> u64 {
    ahash::RandomState::with_seeds(1, 2, 3, 4).hash_one(text.as_bytes())
}

/// `atom_hash` of OTP's `atom.c`: PJW over the name's Latin-1 or UTF-8 bytes, two-byte Latin-1 folded to one.
fn pjw(text: &str) -> u32 {
    let mut h: u32 = 0;
    let mut bytes = text.bytes().peekable();
    while let Some(mut v) = bytes.next() {
        if v & 0xfe == 0xc2 && bytes.peek().is_some_and(|b| b & 0xc0 == 0x80) {
            v = v << 6 | bytes.next().unwrap_or(0) & 0x3f;
        }
        h = (h << 4).wrapping_add(u32::from(v));
        let g = h & 0xf000_0000;
        if g != 0 {
            h ^= g >> 24;
            h ^= g;
        }
    }
    h
}

fn entry(text: &'static str, hash: u64) -> Entry {
    let mut prefix = [0; 4];
    let n = text.len().min(4);
    prefix[..n].copy_from_slice(&text.as_bytes()[..n]);
    Entry { text, prefix: u32::from_be_bytes(prefix), hash, pjw: pjw(text) }
}

/// Enters the known atoms; called once before anything else.
pub fn init() {
    if !ENTRIES.is_empty() {
        return;
    }
    for name in NAMES {
        let atom = Atom::try_new(name).expect("the known atoms fit the table");
        debug_assert_eq!(NAMES[atom.0 as usize], *name);
    }
}

/// Sets the most atoms there may be (`+t`).
pub fn set_limit(limit: usize) {
    LIMIT.store(limit, Ordering::Relaxed);
}

/// The most atoms there may be.
pub fn limit() -> usize {
    LIMIT.load(Ordering::Relaxed)
}

/// How many atoms there are.
pub fn count() -> usize {
    ENTRIES.len()
}

/// Bytes of memory: the table's, the names'.
pub fn memory() -> (usize, usize) {
    (count() * (size_of::<Entry>() + size_of::<u32>()), TEXT_BYTES.load(Ordering::Relaxed))
}

/// All atoms, those made last first.
pub fn newest_first() -> impl Iterator<Item = Atom> {
    (0..count() as u32).rev().map(Atom)
}

impl Atom {
    /// The atom with this name, made if it is new. The caller sees to [`MAX_CHARACTERS`].
    /// The limit is not for names of the VM's own: for those from outside use [`Atom::try_new`].
    #[must_use]
    pub fn new(text: &str) -> Atom {
        Atom::make(text, usize::MAX).unwrap_or(UNDEFINED)
    }

    /// The atom with this name, made if it is new.
    /// # Errors
    /// [`TooManyAtoms`] when the table is full: the node is about to end for that.
    pub fn try_new(text: &str) -> Result<Atom, TooManyAtoms> {
        let made = Atom::make(text, limit());
        if made.is_err() {
            crate::fatal::pend(alloc::format!("no more index entries in atom_tab (max={})", limit()));
        }
        made
    }

    fn make(text: &str, limit: usize) -> Result<Atom, TooManyAtoms> {
        let hash = hash_of(text);
        if let Some(a) = find(text, hash) {
            return Ok(a);
        }
        let mut index = INDEX.write();
        if let Some(i) = index.find(hash, |i| text_of(*i) == text) {
            return Ok(Atom(*i));
        }
        if ENTRIES.len() >= limit {
            return Err(TooManyAtoms);
        }
        let text: &'static str = alloc::boxed::Box::leak(text.into());
        TEXT_BYTES.fetch_add(text.len(), Ordering::Relaxed);
        let i = ENTRIES.push_with(|_| entry(text, hash)) as u32;
        index.insert_unique(hash, i, |i| ENTRIES.get(*i as usize).map_or(0, |e| e.hash));
        Ok(Atom(i))
    }

    /// The atom with this name, if there is one already.
    #[must_use]
    pub fn existing(text: &str) -> Option<Atom> {
        find(text, hash_of(text))
    }

    /// The name.
    #[must_use]
    pub fn text(self) -> &'static str {
        text_of(self.0)
    }

    /// The name's hash as `erlang:phash2` has it.
    #[must_use]
    pub fn pjw_hash(self) -> u32 {
        ENTRIES.get(self.0 as usize).map_or(0, |e| e.pjw)
    }

    /// A hash of the name, the same in every run.
    #[must_use]
    pub fn name_hash(self) -> u64 {
        ENTRIES.get(self.0 as usize).map_or(0, |e| e.hash)
    }

    /// Erlang's order of atoms: by name, code point by code point.
    #[must_use]
    pub fn compare(self, other: Atom) -> core::cmp::Ordering {
        if self == other {
            return core::cmp::Ordering::Equal;
        }
        match (ENTRIES.get(self.0 as usize), ENTRIES.get(other.0 as usize)) {
            (Some(a), Some(b)) => a.prefix.cmp(&b.prefix).then_with(|| a.text.cmp(b.text)),
            _ => self.0.cmp(&other.0),
        }
    }
}

impl core::fmt::Debug for Atom {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "'{}'", self.text())
    }
}

fn find(text: &str, hash: u64) -> Option<Atom> {
    INDEX.read().find(hash, |i| text_of(*i) == text).map(|i| Atom(*i))
}

fn text_of(i: u32) -> &'static str {
    ENTRIES.get(i as usize).map_or("", |e| e.text)
}
