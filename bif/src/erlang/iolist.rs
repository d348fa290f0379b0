//! Io lists, binaries and lists of bytes (`erl_bif_binary.c`, `utils.c`).

use alloc::vec::Vec;

use joist_vm::process::{NativeResult, Process};
use joist_vm::term::{Bits, Term, build};

use crate::table::Binding;
use crate::term_args;

pub(crate) const BINDINGS: &[Binding] = &[
    ("list_to_binary", 1, |p, a| if a[0].is_list() { iolist_to_binary(p, a[0]) } else { Err(p.badarg()) }),
    ("iolist_to_binary", 1, |p, a| iolist_to_binary(p, a[0])),
    ("iolist_size", 1, |p, a| {
        let mut n = 0usize;
        let ok = walk(a[0], &mut |part| {
            match part {
                Part::Byte(_) => n += 1,
                Part::Bits(b) if b.is_binary() => n += b.len / 8,
                Part::Bits(_) => return false,
            }
            true
        });
        p.charge(n / 1000);
        if ok { Ok(Term::small(n as i64)) } else { Err(p.badarg()) }
    }),
    ("iolist_to_iovec", 1, iolist_to_iovec),
    ("list_to_bitstring", 1, list_to_bitstring),
    ("bitstring_to_list", 1, bitstring_to_list),
    ("binary_to_list", 1, |p, a| match a[0].as_binary() {
        Some(b) => {
            p.charge(b.len() / 100);
            Ok(build::string(p, &b))
        }
        None => Err(p.badarg()),
    }),
    ("binary_to_list", 3, |p, a| {
        let (Some(b), from, to) = (a[0].as_binary(), term_args::size(p, a[1])?, term_args::size(p, a[2])?) else {
            return Err(p.badarg());
        };
        if from < 1 || from > to || to > b.len() {
            return Err(p.badarg());
        }
        Ok(build::string(p, &b[from - 1..to]))
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

/// Visits an io list's pieces in order; false when it is none, or the visitor says so.
pub(crate) fn walk(t: Term, visit: &mut dyn FnMut(Part) -> bool) -> bool {
    let mut todo: Vec<Term> = Vec::new();
    let mut next = t;
    loop {
        if let Some((head, tail)) = next.as_cons() {
            todo.push(tail);
            if let Some(b) = head.as_byte() {
                if !visit(Part::Byte(b)) {
                    return false;
                }
            } else if let Some(bits) = head.as_bits() {
                if !visit(Part::Bits(bits)) {
                    return false;
                }
            } else if head.is_list() {
                next = head;
                continue;
            } else {
                return false;
            }
        } else if let Some(bits) = next.as_bits() {
            if !visit(Part::Bits(bits)) {
                return false;
            }
        } else if !next.is_nil() {
            return false;
        }
        match todo.pop() {
            Some(t) => next = t,
            None => return true,
        }
    }
}

/// An io list's (or binary's) bytes.
pub(crate) fn to_bytes(t: Term) -> Option<Vec<u8>> {
    let mut v = Vec::new();
    let ok = walk(t, &mut |part| {
        match part {
            Part::Byte(b) => v.push(b),
            Part::Bits(bits) => match bits.bytes() {
                Some(b) => v.extend_from_slice(&b),
                None => return false,
            },
        }
        true
    });
    ok.then_some(v)
}

fn iolist_to_binary(p: &mut Process, t: Term) -> NativeResult {
    if t.is_binary() {
        return Ok(t);
    }
    match to_bytes(t) {
        Some(bytes) => {
            p.charge(bytes.len() / 200);
            Ok(build::binary(p, &bytes))
        }
        None => Err(p.badarg()),
    }
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
    match to_bytes(a[0]) {
        Some(bytes) if bytes.is_empty() => Ok(Term::NIL),
        Some(bytes) => {
            let b = build::binary(p, &bytes);
            Ok(build::cons(p, b, Term::NIL))
        }
        None => Err(p.badarg()),
    }
}

fn list_to_bitstring(p: &mut Process, a: &[Term]) -> NativeResult {
    if !a[0].is_list() {
        return Err(p.badarg());
    }
    let (mut bytes, mut bits): (Vec<u8>, usize) = (Vec::new(), 0);
    let mut push = |byte: u8, n: usize| {
        // `byte` holds n bits at its top; the rest is zero.
        let used = bits & 7;
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
        bits += n;
    };
    let ok = walk(a[0], &mut |part| {
        match part {
            Part::Byte(b) => push(b, 8),
            Part::Bits(w) => {
                for i in 0..w.len.div_ceil(8) {
                    push(w.byte(i), (w.len - i * 8).min(8));
                }
            }
        }
        true
    });
    if ok { Ok(build::bitstring(p, &bytes, bits)) } else { Err(p.badarg()) }
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
    let bytes: Vec<u32> = (0..whole).map(|i| u32::from(bits.byte(i))).collect();
    Ok(build::list_of_ints(p, bytes.into_iter(), tail))
}
