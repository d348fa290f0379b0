//! `binary` (`erl_bif_binary.c`): parts, copies, unsigned integers, common prefixes; searching is in [`find`].

mod find;
mod pattern;

use joist_vm::atom;
use joist_vm::number::max_limbs;
use joist_vm::process::{Bail, NativeResult, Process};
use joist_vm::term::build::Fill;
use joist_vm::term::{Bits, Term, build};

use crate::erlang::iolist;
use crate::table::Binding;
use crate::term_args;
use crate::{limits, slices};

pub(crate) const BINDINGS: &[Binding] = &[
    ("at", 2, |p, a| {
        let (bits, i) = (whole_bytes(p, a[0])?, term_args::size(p, a[1])?);
        if i < bits.len / 8 { Ok(byte(bits, i)) } else { Err(p.badarg()) }
    }),
    ("first", 1, |p, a| match whole_bytes(p, a[0])? {
        bits if bits.len > 0 => Ok(byte(bits, 0)),
        _ => Err(p.badarg()),
    }),
    ("last", 1, |p, a| match whole_bytes(p, a[0])? {
        bits if bits.len > 0 => Ok(byte(bits, bits.len / 8 - 1)),
        _ => Err(p.badarg()),
    }),
    ("part", 2, |p, a| match a[1].as_tuple_of::<2>() {
        Some([at, len]) => part(p, a[0], *at, *len),
        None => Err(p.badarg()),
    }),
    ("part", 3, |p, a| part(p, a[0], a[1], a[2])),
    ("copy", 1, |p, a| copy(p, a[0], 1)),
    ("copy", 2, |p, a| {
        let times = term_args::size(p, a[1])?;
        copy(p, a[0], times)
    }),
    ("list_to_bin", 1, |p, a| {
        if !a[0].is_list() {
            return Err(p.badarg());
        }
        iolist::iolist_to_binary(p, a[0])
    }),
    ("referenced_byte_size", 1, |p, a| match a[0].referenced_bytes() {
        Some(n) => Ok(Term::small(n as i64)),
        None => Err(p.badarg()),
    }),
    ("encode_unsigned", 1, |p, a| encode_unsigned(p, a[0], true)),
    ("encode_unsigned", 2, |p, a| {
        let big = big_endian(p, a[1])?;
        encode_unsigned(p, a[0], big)
    }),
    ("decode_unsigned", 1, |p, a| decode_unsigned(p, a[0], true)),
    ("decode_unsigned", 2, |p, a| {
        let big = big_endian(p, a[1])?;
        decode_unsigned(p, a[0], big)
    }),
    ("longest_common_prefix", 1, |p, a| longest_common(p, a[0], false)),
    ("longest_common_suffix", 1, |p, a| longest_common(p, a[0], true)),
    ("compile_pattern", 1, find::compile_pattern),
    ("match", 2, find::match_2),
    ("match", 3, find::match_3),
    ("matches", 2, find::matches_2),
    ("matches", 3, find::matches_3),
    ("split", 2, find::split_2),
    ("split", 3, find::split_3),
];

fn whole_bytes(p: &mut Process, t: Term) -> Result<Bits, Bail> {
    t.as_bits().filter(Bits::is_binary).ok_or_else(|| p.badarg())
}

fn byte(bits: Bits, i: usize) -> Term {
    Term::small(i64::from(bits.byte(i)))
}

/// The bytes `{Start, Length}` of `size`; a negative length counts backwards from `Start`.
fn range(at: Term, len: Term, size: usize) -> Option<(usize, usize)> {
    let (at, len) = (at.as_usize()?, len.as_small()?);
    let n = usize::try_from(len.unsigned_abs()).ok()?;
    let from = if len < 0 { at.checked_sub(n)? } else { at };
    from.checked_add(n).filter(|end| *end <= size).map(|end| (from, end))
}

fn part(p: &mut Process, t: Term, at: Term, len: Term) -> NativeResult {
    // (Bits behind the last whole byte don't matter here.)
    let bits = t.as_bits().ok_or_else(|| p.badarg())?;
    match range(at, len, bits.len / 8) {
        Some((from, to)) => Ok(build::sub_bits(p, t, from * 8, (to - from) * 8)),
        None => Err(p.badarg()),
    }
}

/// The most bytes that a binary made here has.
const MAX_BYTES: usize = 1 << 40;

fn copy(p: &mut Process, t: Term, times: usize) -> NativeResult {
    if times == 0 && t.as_bits().is_some() {
        // Not even whole bytes are asked for.
        return Ok(build::binary(p, &[]));
    }
    let bits = whole_bytes(p, t)?;
    let Some(size) = (bits.len / 8).checked_mul(times).filter(|n| *n <= MAX_BYTES) else {
        return Err(p.system_limit());
    };
    let (bytes, mut fill) = (bits.bytes().unwrap_or_default(), Some(Fill::new(p, size)));
    p.run_job(move |p: &mut Process| {
        let mut filled = fill.take()?;
        let mut left = limits::BINARY.budget(p, slices::BYTES);
        let before = left;
        while left > 0 && filled.left() > 0 {
            // Where the piece lies among the copies.
            let from = (size - filled.left()) % bytes.len();
            let n = left.min(bytes.len() - from);
            filled.push(&bytes[from..from + n]);
            left -= n;
        }
        p.charge((before - left) / slices::BYTES);
        if filled.left() > 0 {
            fill = Some(filled);
            return None;
        }
        Some(Ok(filled.finish()))
    })
}

fn big_endian(p: &mut Process, t: Term) -> Result<bool, Bail> {
    match t.as_atom() {
        Some(atom::BIG) => Ok(true),
        Some(atom::LITTLE) => Ok(false),
        _ => Err(p.badarg()),
    }
}

fn encode_unsigned(p: &mut Process, t: Term, big: bool) -> NativeResult {
    let small;
    let limbs = match (t.as_small(), t.as_big()) {
        (Some(v), _) if v >= 0 => {
            small = [v as u64];
            &small[..]
        }
        (_, Some((false, limbs))) => limbs,
        _ => return Err(p.badarg()),
    };
    let mut bytes: alloc::vec::Vec<u8> = limbs.iter().flat_map(|l| l.to_le_bytes()).collect();
    let n = bytes.iter().rposition(|b| *b != 0).map_or(1, |i| i + 1);
    bytes.truncate(n);
    if big {
        bytes.reverse();
    }
    p.charge(n / 200);
    Ok(build::binary(p, &bytes))
}

fn decode_unsigned(p: &mut Process, t: Term, big: bool) -> NativeResult {
    let mut bytes = whole_bytes(p, t)?.to_vec();
    p.charge(bytes.len() / 200);
    if big {
        bytes.reverse();
    }
    let n = bytes.iter().rposition(|b| *b != 0).map_or(0, |i| i + 1);
    if n.div_ceil(8) > max_limbs() {
        return Err(p.system_limit());
    }
    let limbs: alloc::vec::Vec<u64> =
        bytes[..n].chunks(8).map(|c| c.iter().rev().fold(0, |limb, b| limb << 8 | u64::from(*b))).collect();
    Ok(build::big(p, false, &limbs))
}

/// Where two binaries differ first between `from` and `to`, counted from their beginnings or from their ends.
fn difference(x: &Bits, y: &Bits, from: usize, to: usize, ends: bool) -> Option<usize> {
    let n = to - from;
    let part = |b: &Bits| b.slice(if ends { b.len - to * 8 } else { from * 8 }, n * 8);
    let (x, y) = (part(x), part(y));
    let at = |i: usize| if ends { n - 1 - i } else { i };
    let found = match (x.as_bytes(), y.as_bytes()) {
        (Some(x), Some(y)) if x == y => None,
        _ => (0..n).find(|i| x.byte(at(*i)) != y.byte(at(*i))),
    };
    found.map(|i| from + i)
}

/// How many bytes all binaries of a list have in common, at their beginnings or at their ends.
fn longest_common(p: &mut Process, list: Term, ends: bool) -> NativeResult {
    // Bytes compared for one reduction, and at once.
    const RATE: usize = 200;
    const BLOCK: usize = 4096;
    let items = term_args::list(p, list)?;
    let all: Option<alloc::vec::Vec<Bits>> = items.iter().map(|t| t.as_bits().filter(Bits::is_binary)).collect();
    let Some((first, mut rest)) = all.filter(|all| !all.is_empty()).map(|mut all| (all.remove(0), all)) else {
        return Err(p.badarg());
    };
    // What all of those seen so far have in common, and how much of that has been compared with the last one left.
    let (mut common, mut same) = (first.len / 8, 0);
    p.run_job(move |p: &mut Process| {
        let mut left = limits::BINARY.budget(p, RATE);
        let before = left;
        while let Some(bits) = rest.last() {
            let most = common.min(bits.len / 8);
            let end = most.min(same + left.min(BLOCK));
            let differs = difference(bits, &first, same, end, ends);
            left = left.saturating_sub(1 + differs.unwrap_or(end) - same);
            same = end;
            if differs.is_some() || end == most {
                common = differs.unwrap_or(most);
                same = 0;
                rest.pop();
            }
            if left == 0 && !rest.is_empty() {
                p.charge(before / RATE);
                return None;
            }
        }
        p.charge((before - left) / RATE);
        Some(Ok(Term::small(common as i64)))
    })
}
