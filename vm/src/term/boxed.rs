//! Views of boxed terms that are plain words: tuples, floats, big integers, maps' raw parts.

use super::{Header, Tag, Term};

impl Term {
    /// The header of a boxed term.
    #[inline(always)]
    #[must_use]
    pub fn header(self) -> Option<Header> {
        if self.is_boxed() {
            // SAFETY: a boxed term points to a live object, whose first word is its header.
            Some(Header(unsafe { *self.ptr() }))
        } else {
            None
        }
    }

    /// Is this a boxed term of that kind?
    #[inline(always)]
    #[must_use]
    pub fn is_tag(self, tag: Tag) -> bool {
        self.header().is_some_and(|h| h.is(tag))
    }

    /// The words behind the header of what is known to be boxed.
    #[inline(always)]
    pub(crate) fn words(self) -> &'static [u64] {
        debug_assert!(self.is_boxed());
        // SAFETY: a boxed term points to a live object of `arity` words behind its header; see the module's head
        // for how long it lives.
        unsafe { core::slice::from_raw_parts(self.ptr().add(1), Header(*self.ptr()).arity()) }
    }

    /// The words behind the header, as terms.
    #[inline(always)]
    pub(crate) fn term_words(self) -> &'static [Term] {
        debug_assert!(self.is_boxed());
        // SAFETY: as `words`; Term is a transparent u64, and the callers ask only for kinds made of terms.
        unsafe { core::slice::from_raw_parts(self.ptr().add(1).cast(), Header(*self.ptr()).arity()) }
    }

    /// The terms that a boxed object is made of, whatever it is.
    #[must_use]
    pub fn parts(self) -> &'static [Term] {
        let Some(header) = self.header() else { return &[] };
        let (raw, terms) = header.scan();
        &self.term_words()[raw..raw + terms]
    }

    /// The elements of a tuple.
    #[inline(always)]
    #[must_use]
    pub fn as_tuple(self) -> Option<&'static [Term]> {
        if self.is_tag(Tag::Tuple) { Some(self.term_words()) } else { None }
    }

    /// The elements of a tuple of exactly `N`.
    #[inline(always)]
    #[must_use]
    pub fn as_tuple_of<const N: usize>(self) -> Option<&'static [Term; N]> {
        self.as_tuple().and_then(|t| t.try_into().ok())
    }

    /// The value of a float.
    #[inline(always)]
    #[must_use]
    pub fn as_float(self) -> Option<f64> {
        if self.is_tag(Tag::Float) { Some(f64::from_bits(self.words()[0])) } else { None }
    }

    /// A big integer: (is it negative, its limbs, least significant first).
    #[must_use]
    pub fn as_big(self) -> Option<(bool, &'static [u64])> {
        match self.header()?.tag() {
            Tag::PosBig => Some((false, self.words())),
            Tag::NegBig => Some((true, self.words())),
            _ => None,
        }
    }

    /// Any integer?
    #[must_use]
    pub fn is_integer(self) -> bool {
        self.is_small() || self.as_big().is_some()
    }

    /// Any number?
    #[must_use]
    pub fn is_number(self) -> bool {
        self.is_integer() || self.is_tag(Tag::Float)
    }

    /// An integer that fits 64 bits signed.
    #[must_use]
    pub fn as_i64(self) -> Option<i64> {
        if let Some(v) = self.as_small() {
            return Some(v);
        }
        match self.as_big()? {
            (false, [limb]) => i64::try_from(*limb).ok(),
            (true, [limb]) if *limb <= 1 << 63 => Some((*limb as i64).wrapping_neg()),
            _ => None,
        }
    }

    /// An integer that fits 64 bits unsigned.
    #[must_use]
    pub fn as_u64(self) -> Option<u64> {
        if let Some(v) = self.as_small() {
            return u64::try_from(v).ok();
        }
        match self.as_big()? {
            (false, [limb]) => Some(*limb),
            _ => None,
        }
    }

    /// Any map?
    #[inline(always)]
    #[must_use]
    pub fn is_map(self) -> bool {
        self.header().is_some_and(|h| h.is(Tag::FlatMap) || h.is(Tag::HashMap))
    }

    /// A flat map: (keys in term order, values).
    #[must_use]
    pub fn as_flat_map(self) -> Option<(&'static [Term], &'static [Term])> {
        if !self.is_tag(Tag::FlatMap) {
            return None;
        }
        let words = self.term_words();
        Some((words[0].term_words(), &words[1..]))
    }

    /// The keys tuple of a flat map, to be shared by a map with the same keys.
    #[must_use]
    pub fn flat_map_keys(self) -> Option<Term> {
        if self.is_tag(Tag::FlatMap) { Some(self.term_words()[0]) } else { None }
    }

    /// A hashed map's root: (size, bitmap, children).
    #[must_use]
    pub fn as_hash_map(self) -> Option<(usize, u64, &'static [Term])> {
        if !self.is_tag(Tag::HashMap) {
            return None;
        }
        let words = self.term_words();
        Some((words[0].small_value() as usize, words[1].small_value() as u64, &words[2..]))
    }

    /// An inner node of a hashed map: (bitmap, children).
    #[must_use]
    pub fn as_hamt_node(self) -> Option<(u64, &'static [Term])> {
        if !self.is_tag(Tag::HamtNode) {
            return None;
        }
        let words = self.term_words();
        Some((words[0].small_value() as u64, &words[1..]))
    }
}
