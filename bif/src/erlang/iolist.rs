//! Io lists, binaries and lists of bytes (`erl_bif_binary.c`, `utils.c`).

use alloc::vec::Vec;

use joist_vm::process::{NativeResult, Process};
use joist_vm::term::{Bits, Term, build};

use crate::limits::budget;
use crate::slices;
use crate::table::Binding;
use crate::term_args;

pub(crate) const BINDINGS: &[Binding] = &[
    ("list_to_binary", 1, |p, a| if a[0].is_list() { iolist_to_binary(p, a[0]) } else { Err(p.badarg()) }),
    ("iolist_to_binary", 1, |p, a| iolist_to_binary(p, a[0])),
    ("iolist_size", 1, |p, a| {
        let count = |n: &mut usize, part| {
            *n += match part {
                Part::Byte(_) => 1,
                Part::Bits(b) if b.is_binary() => b.len / 8,
                Part::Bits(_) => return false,
            };
            true
        };
        fold_pieces(p, Pieces::wholes(a[0]), 0, count, |_, n| Ok(Term::small(n as i64)))
    }),
    ("iolist_to_iovec", 1, iolist_to_iovec),
    ("list_to_bitstring", 1, list_to_bitstring),
    ("bitstring_to_list", 1, bitstring_to_list),
    ("binary_to_list", 1, |p, a| match a[0].as_bits().filter(Bits::is_binary) {
        Some(bits) => bytes_to_list(p, bits, Term::NIL),
        None => Err(p.badarg()),
    }),
    ("binary_to_list", 3, |p, a| {
        // (Bits behind the last whole byte don't matter.)
        let (Some(bits), from, to) = (a[0].as_bits(), term_args::size(p, a[1])?, term_args::size(p, a[2])?) else {
            return Err(p.badarg());
        };
        if from < 1 || from > to || to > bits.len / 8 {
            return Err(p.badarg());
        }
        bytes_to_list(p, bits.slice((from - 1) * 8, (to - from + 1) * 8), Term::NIL)
    }),
    ("split_binary", 2, |p, a| {
        let n = term_args::size(p, a[1])?;
        let Some(bits) = a[0].as_bits().filter(|b| n <= b.len / 8) else { return Err(p.badarg()) };
        let (x, y) = (build::sub_bits(p, a[0], 0, n * 8), build::sub_bits(p, a[0], n * 8, bits.len - n * 8));
        Ok(build::tuple(p, &[x, y]))
    }),
];

/// A piece of an io list.
pub(crate) enum Part {
    Byte(u8),
    Bits(Bits),
}

/// The bits of a piece shown at once: a large binary comes in several.
const PIECE: usize = 8 << 18;
/// Units of work in a piece beside one for each, by its length in bits.
const BITS_A_UNIT: usize = 8 * 32;

/// A walk through an io list.
pub(crate) struct Pieces {
    todo: Vec<Term>,
    /// The rest of a large binary.
    bits: Option<Bits>,
    /// Bits in a piece at most, each of which is work; none where the visitor doesn't look at them.
    piece: Option<usize>,
}

impl Pieces {
    pub(crate) fn new(t: Term) -> Pieces {
        Pieces { todo: alloc::vec![t], bits: None, piece: Some(PIECE) }
    }

    /// Binaries as wholes, however large.
    fn wholes(t: Term) -> Pieces {
        Pieces { piece: None, ..Pieces::new(t) }
    }

    /// Visits the pieces in order, for about `budget` units of work. None: there are more. False: it is no io list, or
    /// the visitor says so.
    pub(crate) fn go(&mut self, budget: &mut usize, visit: &mut dyn FnMut(Part) -> bool) -> Option<bool> {
        loop {
            if let Some(bits) = self.bits.take() {
                let n = self.piece.map_or(bits.len, |most| bits.len.min(most));
                *budget = budget.saturating_sub(self.piece.map_or(1, |_| n / BITS_A_UNIT));
                if !visit(Part::Bits(bits.slice(0, n))) {
                    return Some(false);
                }
                self.bits = (n < bits.len).then(|| bits.slice(n, bits.len - n));
            }
            if *budget == 0 {
                return None;
            }
            if self.bits.is_some() {
                continue;
            }
            let Some(mut t) = self.todo.pop() else { return Some(true) };
            while let Some((head, tail)) = t.as_cons() {
                *budget -= 1;
                t = tail;
                if let Some(b) = head.as_byte() {
                    if !visit(Part::Byte(b)) {
                        return Some(false);
                    }
                } else if head.is_list() || head.as_bits().is_some() {
                    self.todo.push(tail);
                    t = head;
                } else {
                    return Some(false);
                }
                if *budget == 0 {
                    self.todo.push(t);
                    return None;
                }
            }
            self.bits = t.as_bits();
            if self.bits.is_none() && !t.is_nil() {
                return Some(false);
            }
        }
    }
}

/// Visits an io list's pieces in order; false when it is none, or the visitor says so.
pub(crate) fn walk(t: Term, visit: &mut dyn FnMut(Part) -> bool) -> bool {
    Pieces::new(t).go(&mut { usize::MAX }, visit).unwrap_or(false)
}

/// Units of work for one reduction.
const RATE: usize = 4;

/// Goes through an io list in slices, with a state of its own, and answers what `finish` makes of that; `badarg` if it is
/// none.
pub(crate) fn fold<S: 'static>(
    p: &mut Process,
    t: Term,
    state: S,
    visit: fn(&mut S, Part) -> bool,
    finish: impl Fn(&mut Process, S) -> NativeResult + 'static,
) -> NativeResult {
    fold_pieces(p, Pieces::new(t), state, visit, finish)
}

fn fold_pieces<S: 'static>(
    p: &mut Process,
    mut pieces: Pieces,
    state: S,
    visit: fn(&mut S, Part) -> bool,
    finish: impl Fn(&mut Process, S) -> NativeResult + 'static,
) -> NativeResult {
    let mut state = Some(state);
    p.run_job(move |p: &mut Process| {
        let mut left = budget(p, RATE);
        let before = left;
        let went = pieces.go(&mut left, &mut |part| state.as_mut().is_some_and(|s| visit(s, part)));
        p.charge((before - left) / RATE);
        match (went?, state.take()) {
            (true, Some(state)) => Some(finish(p, state)),
            _ => Some(Err(p.badarg())),
        }
    })
}

/// Adds a piece that must be made of whole bytes.
fn add(bytes: &mut Vec<u8>, part: Part) -> bool {
    match part {
        Part::Byte(b) => bytes.push(b),
        Part::Bits(bits) => match bits.bytes() {
            Some(b) => bytes.extend_from_slice(&b),
            None => return false,
        },
    }
    true
}

/// An io list's (or binary's) bytes, gathered in slices.
pub(crate) fn gather(
    p: &mut Process,
    t: Term,
    finish: impl Fn(&mut Process, Vec<u8>) -> NativeResult + 'static,
) -> NativeResult {
    fold(p, t, Vec::new(), add, finish)
}

/// What most drivers are told has so many bytes at most.
const USUAL: usize = 128;

/// An io list's (or binary's) bytes, at once.
pub(crate) fn to_bytes(t: Term) -> Option<Vec<u8>> {
    let mut v = Vec::with_capacity(USUAL);
    walk(t, &mut |part| add(&mut v, part)).then_some(v)
}

pub(crate) fn iolist_to_binary(p: &mut Process, t: Term) -> NativeResult {
    if t.is_binary() {
        return Ok(t);
    }
    gather(p, t, |p, bytes| slices::binary(p, bytes, |_, b| b))
}

/// Whole binaries stay as they are; bytes in between become binaries.
fn iolist_to_iovec(p: &mut Process, a: &[Term]) -> NativeResult {
    if a[0].is_binary() {
        return Ok(if a[0].as_bits().is_some_and(|b| b.len == 0) {
            Term::NIL
        } else {
            build::cons(p, a[0], Term::NIL)
        });
    }
    gather(p, a[0], |p, bytes| {
        if bytes.is_empty() {
            return Ok(Term::NIL);
        }
        slices::binary(p, bytes, |p, b| build::cons(p, b, Term::NIL))
    })
}

fn list_to_bitstring(p: &mut Process, a: &[Term]) -> NativeResult {
    if !a[0].is_list() {
        return Err(p.badarg());
    }
    let visit = |to: &mut (Vec<u8>, usize), part| {
        match part {
            Part::Byte(b) => push(to, b, 8),
            Part::Bits(w) => match w.as_bytes().filter(|_| to.1 & 7 == 0) {
                Some(bytes) => {
                    to.0.extend_from_slice(bytes);
                    to.1 += w.len;
                }
                None => (0..w.len.div_ceil(8)).for_each(|i| push(to, w.byte(i), (w.len - i * 8).min(8))),
            },
        }
        true
    };
    fold(p, a[0], (Vec::new(), 0), visit, |p, (bytes, bits)| Ok(build::bitstring(p, &bytes, bits)))
}

/// Adds `n` bits, at the top of a byte whose rest is zero, to bytes and their number of bits.
fn push(to: &mut (Vec<u8>, usize), byte: u8, n: usize) {
    let (bytes, bits) = to;
    let used = *bits & 7;
    if used == 0 {
        bytes.push(byte);
    } else {
        if let Some(last) = bytes.last_mut() {
            *last |= byte >> used;
        }
        if used + n > 8 {
            bytes.push(byte << (8 - used));
        }
    }
    *bits += n;
}

fn bitstring_to_list(p: &mut Process, a: &[Term]) -> NativeResult {
    let Some(bits) = a[0].as_bits() else { return Err(p.badarg()) };
    let whole = bits.len / 8;
    let tail = if bits.is_binary() {
        Term::NIL
    } else {
        let rest = build::sub_bits(p, a[0], whole * 8, bits.len - whole * 8);
        build::cons(p, rest, Term::NIL)
    };
    bytes_to_list(p, bits.slice(0, whole * 8), tail)
}

/// The bytes as a list in front of another, made from its end on, in slices.
fn bytes_to_list(p: &mut Process, bits: Bits, tail: Term) -> NativeResult {
    let (mut left, mut list) = (bits.len / 8, tail);
    p.run_job(move |p: &mut Process| {
        let n = left.min(budget(p, RATE));
        let part = bits.slice((left - n) * 8, n * 8);
        list = match part.as_bytes() {
            Some(bytes) => build::list_of_ints(p, bytes.iter().map(|b| u32::from(*b)), list),
            None => build::list_of_ints(p, (0..n).map(|i| u32::from(part.byte(i))), list),
        };
        p.charge(n / RATE);
        left -= n;
        (left == 0).then_some(Ok(list))
    })
}
