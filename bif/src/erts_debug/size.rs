//! Sizes of terms in words as stock Erlang lays them out (`size_object` in `copy.c`): programs and tests compare them with
//! numbers that they know.

use alloc::vec::Vec;

use hashbrown::HashSet;
use joist_vm::release;
use joist_vm::term::build::HEAP_BITS_LIMIT;
use joist_vm::term::{FunRef, Tag, Term};

/// The words of a term as a copy of it has them: what occurs several times counts several times.
pub(super) fn flat(t: Term) -> usize {
    words(t, |_| true)
}

/// The words of a term, cells and boxed objects that occur several times counted once.
pub(super) fn shared(t: Term) -> usize {
    let mut seen: HashSet<u64, ahash::RandomState> = HashSet::with_hasher(ahash::RandomState::with_seeds(1, 1, 2, 3));
    words(t, |t| seen.insert(t.raw()))
}

/// Adds up those objects that `first` has not seen before.
fn words(t: Term, mut first: impl FnMut(Term) -> bool) -> usize {
    let (mut todo, mut sum) = (alloc::vec![t], 0);
    while let Some(mut t) = todo.pop() {
        while let Some((head, tail)) = t.as_cons() {
            if !first(t) {
                break;
            }
            sum += 2;
            if !head.is_immediate() {
                todo.push(head);
            }
            t = tail;
        }
        if t.header().is_some() && first(t) {
            sum += object(t, &mut todo);
        }
    }
    sum
}

/// A boxed object's own words; the terms in it go to `todo`.
fn object(t: Term, todo: &mut Vec<Term>) -> usize {
    let Some(header) = t.header() else { return 0 };
    if !matches!(header.tag(), Tag::SubBits | Tag::MatchContext) {
        todo.extend(t.parts().iter().filter(|w| !w.is_immediate()));
    }
    let own = 1 + header.arity();
    if let Some(record) = t.as_record() {
        // A definition has the order of its fields too.
        return own + if record.values.is_empty() { 1 } else { 2 + record.values.len() };
    }
    match header.tag() {
        Tag::Tuple if header.arity() == 0 => 0,
        // With a word for the number of pairs; a hashed map's nodes have their bitmaps in the header.
        Tag::FlatMap => own + 1,
        Tag::HashMap | Tag::HamtNode => own - 1,
        // Without what the reference is for.
        Tag::Ref => 3,
        Tag::SubBits | Tag::HeapBits | Tag::BinRef => t.as_bits().map_or(own, |bits| bitstring(bits.len)),
        Tag::Fun | Tag::Export => t.as_fun().map_or(own, |f| match f.code {
            FunRef::External(_) => {
                if release::at_least(27) {
                    2
                } else {
                    5
                }
            }
            FunRef::Local(_) => f.env.len() + if release::at_least(27) { 6 } else { 5 },
        }),
        _ => own,
    }
}

fn bitstring(bits: usize) -> usize {
    if release::at_least(27) {
        return if bits <= HEAP_BITS_LIMIT * 8 { 2 + bits.div_ceil(64) } else { 8 };
    }
    let bytes = bits.div_ceil(8);
    let binary = if bytes <= HEAP_BITS_LIMIT { 2 + bytes.div_ceil(8) } else { 6 };
    // A window for what is no whole number of bytes.
    binary + if bits.is_multiple_of(8) { 0 } else { 5 }
}
