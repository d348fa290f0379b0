//! Native records (OTP 29): a definition, then a value for each field, in the order in which the definition names them.
//! Read beside it: `erl_record.h`. (There fields stand in the order of their atoms' numbers.)
//!
//! A definition is a tuple of immediates that Erlang code never sees: hash, module, name, whether it is exported, the
//! fields' names. Those of loaded modules are kept for good, once each, and are not copied with messages; others
//! (`records:create/4`, the external format) lie on the heap beside their record.

use alloc::boxed::Box;
use alloc::vec::Vec;

use hashbrown::HashTable;
use smallvec::SmallVec;

use super::build::{self, Alloc};
use super::{Header, Tag, Term, hash};
use crate::atom::{self, Atom};
use crate::sync::RwLock;

/// In the word with the hash: the definition is kept for good.
const KEPT: i64 = 1 << 32;
/// Words of a definition before the fields' names.
const FIXED: usize = 4;

/// The definitions that are kept.
static DEFINITIONS: RwLock<HashTable<Term>> = RwLock::new(HashTable::new());

/// A native record, as its parts.
#[derive(Clone, Copy, Debug)]
pub struct Record {
    definition: &'static [Term],
    /// The fields' values, in the definition's order.
    pub values: &'static [Term],
}

/// What a definition says.
#[derive(Clone, Copy, Debug)]
pub struct Definition<'a> {
    pub module: Atom,
    pub name: Atom,
    pub is_exported: bool,
    pub fields: &'a [Atom],
}

impl Record {
    /// The module that defines it.
    #[must_use]
    pub fn module(&self) -> Term {
        self.definition[1]
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> Term {
        self.definition[2]
    }

    /// May other modules look at it?
    #[must_use]
    pub fn is_exported(&self) -> bool {
        self.definition[3].is(atom::TRUE)
    }

    /// The fields' names.
    #[must_use]
    pub fn fields(&self) -> &'static [Term] {
        &self.definition[FIXED..]
    }

    /// Where a field is.
    #[must_use]
    pub fn position(&self, field: Term) -> Option<usize> {
        self.fields().iter().position(|f| *f == field)
    }

    /// The value of a field.
    #[must_use]
    pub fn get(&self, field: Term) -> Option<Term> {
        self.position(field).map(|i| self.values[i])
    }

    /// The definition's part of the portable hash.
    pub(crate) fn definition_hash(&self) -> u32 {
        self.definition[0].small_value() as u32
    }

    /// The fields' places in the order of their atoms' numbers.
    pub(crate) fn by_number(&self) -> SmallVec<[usize; 16]> {
        let mut places: SmallVec<[usize; 16]> = (0..self.values.len()).collect();
        places.sort_unstable_by_key(|i| self.fields()[*i].raw());
        places
    }

    /// Module, name, visibility and fields: all that tells two definitions apart.
    #[must_use]
    pub fn identity(&self) -> &'static [Term] {
        &self.definition[1..]
    }

    /// Do both have the same definition?
    pub(crate) fn is_like(&self, other: &Record) -> bool {
        core::ptr::eq(self.definition, other.definition) || self.identity() == other.identity()
    }
}

impl Term {
    /// A native record.
    #[must_use]
    pub fn as_record(self) -> Option<Record> {
        if !self.is_tag(Tag::Record) {
            return None;
        }
        let (definition, values) = self.term_words().split_first()?;
        Some(Record { definition: definition.term_words(), values })
    }
}

/// Does a record have a definition that is kept?
pub(crate) fn shares_definition(record: Term) -> bool {
    record.as_record().is_some_and(|r| r.definition[0].small_value() & KEPT != 0)
}

/// Is no field named twice?
#[must_use]
pub fn are_distinct(fields: &[Atom]) -> bool {
    let mut numbers: Vec<u32> = fields.iter().map(|f| f.0).collect();
    numbers.sort_unstable();
    numbers.windows(2).all(|w| w[0] != w[1])
}

fn words(d: &Definition<'_>) -> Vec<Term> {
    let mut words = alloc::vec![Term::NIL, Term::atom(d.module), Term::atom(d.name), Term::bool(d.is_exported)];
    words.extend(d.fields.iter().map(|f| Term::atom(*f)));
    words[0] = Term::small(i64::from(hash::tuple_of_immediates(&words[1..])));
    words
}

fn known(words: &[Term]) -> Option<Term> {
    let hash = words[0].small_value() as u64;
    DEFINITIONS.read().find(hash, |d| d.term_words()[1..] == words[1..]).copied()
}

/// A definition: the one that is kept, if there is such, else a new one.
pub fn definition<A: Alloc + ?Sized>(a: &mut A, d: &Definition<'_>) -> Term {
    let words = words(d);
    known(&words).unwrap_or_else(|| build::tuple(a, &words))
}

/// A definition that is kept for good.
#[must_use]
pub fn keep(d: &Definition<'_>) -> Term {
    let mut words = words(d);
    if let Some(definition) = known(&words) {
        return definition;
    }
    let hash = words[0].small_value();
    words[0] = Term::small(hash | KEPT);
    let header = Header::new(Tag::Tuple, words.len()).0;
    let object: Vec<u64> = core::iter::once(header).chain(words.iter().map(|w| w.0)).collect();
    let definition = Term::boxed(Box::leak(object.into_boxed_slice()).as_ptr());
    let rehash = |d: &Term| u64::from(d.term_words()[0].small_value() as u32);
    DEFINITIONS.write().insert_unique(hash as u64, definition, rehash);
    definition
}

/// A record of a definition.
pub fn record<A: Alloc + ?Sized>(a: &mut A, definition: Term, values: &[Term]) -> Term {
    debug_assert_eq!(definition.term_words().len(), FIXED + values.len());
    let p = build::object(a, Tag::Record, 1 + values.len());
    // SAFETY: 1 + len fresh words behind the header; Term is a transparent u64.
    unsafe {
        *p.add(1) = definition.0;
        core::ptr::copy_nonoverlapping(values.as_ptr().cast(), p.add(2), values.len());
    }
    Term::boxed(p)
}

/// A copy of a record with other values.
pub fn with_values<A: Alloc + ?Sized>(a: &mut A, old: Term, values: &[Term]) -> Option<Term> {
    Some(record(a, definition_of(old)?, values))
}

/// A record's definition.
pub(crate) fn definition_of(record: Term) -> Option<Term> {
    if record.is_tag(Tag::Record) { record.term_words().first().copied() } else { None }
}

/// What an error about a field shows: `{{Module, Name}, Field}`.
pub(crate) fn with_field<A: Alloc + ?Sized>(a: &mut A, definition: Term, field: Term) -> Term {
    let (module, name) = id_of(definition);
    let id = build::tuple(a, &[module, name]);
    build::tuple(a, &[id, field])
}

/// The fields' names of a definition made by [`definition`] or [`keep`].
pub(crate) fn fields_of(definition: Term) -> &'static [Term] {
    &definition.term_words()[FIXED..]
}

/// Module and name of such a definition.
pub(crate) fn id_of(definition: Term) -> (Term, Term) {
    let words = definition.term_words();
    (words[1], words[2])
}

/// Whether such a definition is exported.
pub(crate) fn is_exported(definition: Term) -> bool {
    definition.term_words()[3].is(atom::TRUE)
}
