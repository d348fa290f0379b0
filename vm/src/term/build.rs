//! Making terms: one trait for whatever has room for them, and a constructor for each kind.

use alloc::boxed::Box;
use core::ptr::NonNull;

use super::{Binary, Bits, ExternalKind, Header, Magic, Reference, Tag, Term};
use crate::atom::Atom;
use crate::code::{Export, FunEntry};

/// The list of a heap's objects that own something outside of it: binary references and magic references,
/// linked through themselves.
#[derive(Debug)]
pub struct OffHeap {
    pub(crate) first: *mut u64,
    /// Bytes of binaries kept alive by this list, in words: the virtual binary heap.
    pub(crate) words: usize,
}

impl OffHeap {
    /// An empty list.
    #[must_use]
    pub const fn new() -> OffHeap {
        OffHeap { first: core::ptr::null_mut(), words: 0 }
    }

    /// The binaries in it: an address that tells them apart, bytes in use, references.
    pub(crate) fn binaries(&self) -> alloc::vec::Vec<(usize, usize, usize)> {
        let mut all = alloc::vec::Vec::new();
        let mut object = self.first;
        while !object.is_null() {
            // SAFETY: the list holds live objects of the two kinds; a binary's word 2 is its reference.
            unsafe {
                if Header(*object).is(Tag::BinRef) {
                    let at = *object.add(2) as *const Binary;
                    all.push((at as usize, (*at).used().div_ceil(8), (*at).references()));
                }
                object = *Self::link(object) as *mut u64;
            }
        }
        all
    }

    /// Where an object keeps its link.
    pub(crate) fn link(object: *mut u64) -> *mut u64 {
        // SAFETY: only objects of the two kinds are ever in a list; both are longer than that.
        unsafe { if Header(*object).is(Tag::BinRef) { object.add(1) } else { object.add(3) } }
    }

    /// Puts an object into the list.
    pub(crate) fn push(&mut self, object: *mut u64) {
        // SAFETY: `object` is a fresh binary or magic reference.
        unsafe {
            *Self::link(object) = self.first as u64;
            if Header(*object).is(Tag::BinRef) {
                self.words += (*(*object.add(2) as *const Binary)).capacity() / 8;
            }
        }
        self.first = object;
    }

    /// Gives back what an object owns.
    pub(crate) fn release(object: *mut u64) {
        // SAFETY: the object owns one reference (or box), and is dead after this.
        unsafe {
            if Header(*object).is(Tag::BinRef) {
                Binary::release(NonNull::new_unchecked(*object.add(2) as *mut Binary));
            } else {
                drop(Box::from_raw(*object.add(4) as *mut Magic));
            }
        }
    }

    /// Takes over all of another list.
    pub(crate) fn append(&mut self, other: &mut OffHeap) {
        if other.first.is_null() {
            return;
        }
        let mut last = other.first;
        // SAFETY: walks a well-formed list of live objects.
        unsafe {
            while *Self::link(last) != 0 {
                last = *Self::link(last) as *mut u64;
            }
            *Self::link(last) = self.first as u64;
        }
        self.first = other.first;
        self.words += other.words;
        *other = OffHeap::new();
    }

    /// Releases everything in the list: its heap dies.
    pub(crate) fn release_all(&mut self) {
        let mut p = core::mem::take(self).first;
        while !p.is_null() {
            // SAFETY: a list of live objects; the link is read before the object dies.
            let next = unsafe { *Self::link(p) as *mut u64 };
            Self::release(p);
            p = next;
        }
    }
}

impl Default for OffHeap {
    fn default() -> Self {
        Self::new()
    }
}

/// Something with room for terms: a process (its heap, or a fragment when that is full), a message under
/// construction, a table's entry.
pub trait Alloc {
    /// Room for `words` words, uninitialised; it never fails and moves nothing.
    fn alloc(&mut self, words: usize) -> *mut u64;
    /// The list for objects that own something outside.
    fn off_heap(&mut self) -> &mut OffHeap;
}

/// Bitstrings up to so many bytes are kept on the heap.
pub const HEAP_BITS_LIMIT: usize = 64;

/// `[head | tail]`.
#[inline(always)]
pub fn cons<A: Alloc + ?Sized>(a: &mut A, head: Term, tail: Term) -> Term {
    let p = a.alloc(2);
    // SAFETY: two fresh words.
    unsafe {
        *p = head.0;
        *p.add(1) = tail.0;
    }
    Term::cons_at(p)
}

/// A list of the items that ends in `tail`.
pub fn list_with_tail<A: Alloc + ?Sized>(a: &mut A, items: &[Term], tail: Term) -> Term {
    if items.is_empty() {
        return tail;
    }
    let p = a.alloc(2 * items.len());
    // SAFETY: 2 * len fresh words; cell i lies at 2 * i.
    unsafe {
        for (i, item) in items.iter().enumerate() {
            *p.add(2 * i) = item.0;
            *p.add(2 * i + 1) = Term::cons_at(p.add(2 * i + 2)).0;
        }
        *p.add(2 * items.len() - 1) = tail.0;
    }
    Term::cons_at(p)
}

/// A proper list of the items.
pub fn list<A: Alloc + ?Sized>(a: &mut A, items: &[Term]) -> Term {
    list_with_tail(a, items, Term::NIL)
}

/// A list of small integers, one for each byte (or code point).
pub fn list_of_ints<A: Alloc + ?Sized>(a: &mut A, items: impl ExactSizeIterator<Item = u32>, tail: Term) -> Term {
    let n = items.len();
    if n == 0 {
        return tail;
    }
    let p = a.alloc(2 * n);
    let mut used = 0;
    for item in items.take(n) {
        // SAFETY: fewer than n cells are written so far into 2 * n fresh words.
        unsafe {
            *p.add(2 * used) = Term::small(i64::from(item)).0;
            *p.add(2 * used + 1) = Term::cons_at(p.add(2 * used + 2)).0;
        }
        used += 1;
    }
    assert_eq!(used, n, "an exact-size iterator must tell its length");
    // SAFETY: n > 0, so the last cell's tail is in range.
    unsafe { *p.add(2 * n - 1) = tail.0 };
    Term::cons_at(p)
}

/// A list of bytes as small integers (a string).
pub fn string<A: Alloc + ?Sized>(a: &mut A, bytes: &[u8]) -> Term {
    list_of_ints(a, bytes.iter().map(|b| u32::from(*b)), Term::NIL)
}

/// A header and that many words behind it, to be filled by the caller.
#[inline(always)]
pub(crate) fn object<A: Alloc + ?Sized>(a: &mut A, tag: Tag, arity: usize) -> *mut u64 {
    let p = a.alloc(arity + 1);
    // SAFETY: at least one fresh word.
    unsafe { *p = Header::new(tag, arity).0 };
    p
}

/// A boxed object made of terms: a tuple, or a part of a map.
pub(crate) fn terms<A: Alloc + ?Sized>(a: &mut A, tag: Tag, items: &[Term]) -> Term {
    let p = object(a, tag, items.len());
    // SAFETY: room for the items behind the header; Term is a transparent u64.
    unsafe { core::ptr::copy_nonoverlapping(items.as_ptr().cast(), p.add(1), items.len()) };
    Term::boxed(p)
}

/// `{items…}`.
#[inline]
pub fn tuple<A: Alloc + ?Sized>(a: &mut A, items: &[Term]) -> Term {
    terms(a, Tag::Tuple, items)
}

/// A float; `value` must be finite.
pub fn float<A: Alloc + ?Sized>(a: &mut A, value: f64) -> Term {
    debug_assert!(value.is_finite());
    let p = object(a, Tag::Float, 1);
    // SAFETY: one fresh word behind the header.
    unsafe { *p.add(1) = value.to_bits() };
    Term::boxed(p)
}

/// An integer of 64 bits, small if it fits.
pub fn integer<A: Alloc + ?Sized>(a: &mut A, value: i64) -> Term {
    Term::try_small(value).unwrap_or_else(|| big(a, value < 0, &[value.unsigned_abs()]))
}

/// An unsigned integer of 64 bits, small if it fits.
pub fn unsigned<A: Alloc + ?Sized>(a: &mut A, value: u64) -> Term {
    match i64::try_from(value) {
        Ok(v) => integer(a, v),
        Err(_) => big(a, false, &[value]),
    }
}

/// An integer from sign and magnitude (least significant limb first; leading zero limbs allowed), small if it fits.
pub fn big<A: Alloc + ?Sized>(a: &mut A, negative: bool, limbs: &[u64]) -> Term {
    let n = limbs.iter().rposition(|l| *l != 0).map_or(0, |i| i + 1);
    match (n, negative) {
        (0, _) => return Term::small(0),
        (1, false) if limbs[0] <= Term::SMALL_MAX as u64 => return Term::small(limbs[0] as i64),
        (1, true) if limbs[0] <= Term::SMALL_MIN.unsigned_abs() => {
            return Term::small((limbs[0] as i64).wrapping_neg());
        }
        _ => {}
    }
    let p = object(a, if negative { Tag::NegBig } else { Tag::PosBig }, n);
    // SAFETY: n fresh words behind the header.
    unsafe { core::ptr::copy_nonoverlapping(limbs.as_ptr(), p.add(1), n) };
    Term::boxed(p)
}

/// A bitstring of `bits` bits, all zero, to be filled through the pointer: on the heap if it is short, else
/// reference-counted. The pointer leads to `bits` rounded up to bytes.
pub(crate) fn raw_bits<A: Alloc + ?Sized>(a: &mut A, bits: usize) -> (Term, *mut u8) {
    let bytes = bits.div_ceil(8);
    if bytes <= HEAP_BITS_LIMIT {
        let words = bytes.div_ceil(8);
        let p = object(a, Tag::HeapBits, 1 + words);
        // SAFETY: 1 + words fresh words behind the header.
        unsafe {
            *p.add(1) = bits as u64;
            p.add(2).write_bytes(0, words);
            return (Term::boxed(p), p.add(2).cast());
        }
    }
    let binary = Binary::new(bytes * 8, bytes);
    (refc_bits(a, binary, 0, bits), Binary::data(binary))
}

/// A binary of a known size that is filled piece by piece. It must stay where it is meanwhile.
#[derive(Debug)]
pub struct Fill {
    term: Term,
    at: *mut u8,
    left: usize,
}

impl Fill {
    /// Of `size` bytes.
    pub fn new<A: Alloc + ?Sized>(a: &mut A, size: usize) -> Fill {
        let (term, at) = raw_bits(a, size * 8);
        Fill { term, at, left: size }
    }

    /// Adds bytes, as far as they fit.
    pub fn push(&mut self, bytes: &[u8]) {
        let n = bytes.len().min(self.left);
        // SAFETY: `left` bytes from `at` on are the binary's own.
        unsafe {
            core::ptr::copy_nonoverlapping(bytes.as_ptr(), self.at, n);
            self.at = self.at.add(n);
        }
        self.left -= n;
    }

    /// The place for what is to come, to be filled in some other way; [`Fill::filled`] says how much was.
    pub fn room(&mut self) -> &mut [u8] {
        // SAFETY: `left` bytes from `at` on are the binary's own, and were zeroed.
        unsafe { core::slice::from_raw_parts_mut(self.at, self.left) }
    }

    /// So many bytes of [`Fill::room`] are filled.
    pub fn filled(&mut self, n: usize) {
        let n = n.min(self.left);
        // SAFETY: as in `push`.
        self.at = unsafe { self.at.add(n) };
        self.left -= n;
    }

    /// Bytes still to come.
    #[must_use]
    pub const fn left(&self) -> usize {
        self.left
    }

    /// The binary; zeros take the place of what has not come.
    #[must_use]
    pub fn finish(self) -> Term {
        // SAFETY: as in `push`.
        unsafe { self.at.write_bytes(0, self.left) };
        self.term
    }
}

/// A window `start..end` (bits) into a reference-counted binary; takes over one reference.
pub(crate) fn refc_bits<A: Alloc + ?Sized>(a: &mut A, binary: NonNull<Binary>, start: usize, end: usize) -> Term {
    let p = a.alloc(3 + 5);
    // SAFETY: eight fresh words: the reference, then the window.
    unsafe {
        *p = Header::new(Tag::BinRef, 2).0;
        *p.add(2) = binary.as_ptr() as u64;
        a.off_heap().push(p);
        let w = p.add(3);
        *w = Header::new(Tag::SubBits, 4).0;
        *w.add(1) = Term::boxed(p).0;
        *w.add(2) = Binary::data(binary) as u64;
        *w.add(3) = start as u64;
        *w.add(4) = end as u64;
        Term::boxed(w)
    }
}

/// A binary with these bytes.
pub fn binary<A: Alloc + ?Sized>(a: &mut A, bytes: &[u8]) -> Term {
    let (term, p) = raw_bits(a, bytes.len() * 8);
    // SAFETY: raw_bits gave room for the bytes.
    unsafe { core::ptr::copy_nonoverlapping(bytes.as_ptr(), p, bytes.len()) };
    term
}

/// A bitstring of the first `bits` bits of these bytes (the rest of the last byte is cleared).
pub fn bitstring<A: Alloc + ?Sized>(a: &mut A, bytes: &[u8], bits: usize) -> Term {
    assert!(bits.div_ceil(8) <= bytes.len(), "too few bytes");
    let n = bits.div_ceil(8);
    let (term, p) = raw_bits(a, bits);
    // SAFETY: raw_bits gave room for n bytes.
    unsafe {
        core::ptr::copy_nonoverlapping(bytes.as_ptr(), p, n);
        if bits & 7 != 0 {
            *p.add(n - 1) &= (0xff00u16 >> (bits & 7)) as u8;
        }
    }
    term
}

/// A part of a bitstring, `from..from + len` bits: a copy when it is short, else a window into the same bytes.
/// # Panics
/// When the range does not lie inside.
pub fn sub_bits<A: Alloc + ?Sized>(a: &mut A, whole: Term, from: usize, len: usize) -> Term {
    let bits = whole.as_bits().expect("a bitstring");
    assert!(from.checked_add(len).is_some_and(|end| end <= bits.len), "bits out of range");
    let origin = whole.bits_origin();
    window(a, origin, bits.base(), bits.start + from, bits.start + from + len)
}

/// A bitstring for the bits `start..end` behind `base`, which belong to `origin`.
pub(crate) fn window<A: Alloc + ?Sized>(a: &mut A, origin: Term, base: *const u8, start: usize, end: usize) -> Term {
    let len = end - start;
    if len <= HEAP_BITS_LIMIT * 8 {
        // SAFETY: the caller names bits of a live origin.
        let from = unsafe { Bits::new(base, start, len) };
        let (term, p) = raw_bits(a, len);
        if let Some(bytes) = from.as_bytes() {
            // SAFETY: raw_bits gave room for as many bytes.
            unsafe { core::ptr::copy_nonoverlapping(bytes.as_ptr(), p, bytes.len()) };
        } else {
            for i in 0..len.div_ceil(8) {
                // SAFETY: as above.
                unsafe { *p.add(i) = from.byte(i) };
            }
        }
        return term;
    }
    let w = object(a, Tag::SubBits, 4);
    // SAFETY: four fresh words.
    unsafe {
        *w.add(1) = origin.0;
        *w.add(2) = base as u64;
        *w.add(3) = start as u64;
        *w.add(4) = end as u64;
    }
    Term::boxed(w)
}

/// A local reference.
pub fn reference<A: Alloc + ?Sized>(a: &mut A, r: Reference) -> Term {
    let p = object(a, Tag::Ref, if r.pid.is_some() { 3 } else { 2 });
    let [w0, w1] = r.to_words();
    // SAFETY: two or three fresh words.
    unsafe {
        *p.add(1) = w0;
        *p.add(2) = w1;
        if let Some(pid) = r.pid {
            *p.add(3) = Term::pid(pid).0;
        }
    }
    Term::boxed(p)
}

/// A magic reference: it keeps `object` alive.
pub fn magic_reference<A: Alloc + ?Sized>(a: &mut A, r: Reference, magic: Magic) -> Term {
    let p = object(a, Tag::Ref, 4);
    let [w0, w1] = r.to_words();
    // SAFETY: four fresh words.
    unsafe {
        *p.add(1) = w0;
        *p.add(2) = w1;
        *p.add(4) = Box::into_raw(Box::new(magic)) as u64;
    }
    a.off_heap().push(p);
    Term::boxed(p)
}

/// An identifier of another node. `data` as in [`super::External`]; `count` is the number of 32-bit numbers of a
/// reference, 0 for others.
pub fn external<A: Alloc + ?Sized>(
    a: &mut A,
    kind: ExternalKind,
    node: Atom,
    creation: u32,
    data: &[u64],
    count: usize,
) -> Term {
    let p = object(a, Tag::External, 2 + data.len());
    // SAFETY: 2 + len fresh words.
    unsafe {
        *p.add(1) = Term::atom(node).0;
        *p.add(2) = u64::from(creation) | (kind as u64) << 32 | (count as u64) << 34;
        core::ptr::copy_nonoverlapping(data.as_ptr(), p.add(3), data.len());
    }
    Term::boxed(p)
}

/// A closure.
pub fn fun<A: Alloc + ?Sized>(a: &mut A, entry: &'static FunEntry, creator: Term, env: &[Term]) -> Term {
    let p = object(a, Tag::Fun, 2 + env.len());
    // SAFETY: 2 + len fresh words.
    unsafe {
        *p.add(1) = core::ptr::from_ref(entry) as u64;
        *p.add(2) = creator.0;
        core::ptr::copy_nonoverlapping(env.as_ptr().cast(), p.add(3), env.len());
    }
    Term::boxed(p)
}

/// `fun M:F/A`.
pub fn export_fun<A: Alloc + ?Sized>(a: &mut A, export: &'static Export) -> Term {
    let p = object(a, Tag::Export, 1);
    // SAFETY: one fresh word.
    unsafe { *p.add(1) = core::ptr::from_ref(export) as u64 };
    Term::boxed(p)
}
