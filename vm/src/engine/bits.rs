//! Small pieces of bit syntax that handlers use in place.

use super::Term;
use crate::atom;
use crate::bits::{get_utf8, get_utf16, get_utf32};
use crate::term::{Bits, Header, MatchContext, Tag};

/// Field flags of segments (`{field_flags, …}` in `beam_asm.erl`).
pub(crate) const LITTLE: usize = 2;
pub(crate) const SIGNED: usize = 4;
pub(crate) const NATIVE: usize = 16;

/// Is the segment little-endian (native means that here)?
pub(crate) const fn is_little(flags: usize) -> bool {
    flags & (LITTLE | NATIVE) != 0
}

/// The match context that a register holds.
#[inline(always)]
pub(super) fn context(t: Term) -> *mut MatchContext {
    debug_assert!(t.is_tag(Tag::MatchContext));
    t.ptr().cast()
}

/// A bitstring's bytes, first bit, and the bit behind its last one.
/// # Safety
/// See [`super::Handler`].
#[inline(always)]
pub(super) unsafe fn window(t: Term) -> Option<(*const u8, usize, usize)> {
    // SAFETY: a boxed term has a header, which tells what words follow (see `term::bits`).
    unsafe {
        if !t.is_boxed() {
            return None;
        }
        let words = t.ptr();
        match Header(*words) {
            h if h.is(Tag::HeapBits) => Some((words.add(2).cast(), 0, *words.add(1) as usize)),
            h if h.is(Tag::SubBits) => {
                Some((*words.add(2) as *const u8, *words.add(3) as usize, *words.add(4) as usize))
            }
            _ => None,
        }
    }
}

/// The window that is left to match.
pub(super) fn rest(c: &MatchContext) -> Bits {
    // SAFETY: a context's window lies in the bytes of its origin, which it keeps alive.
    unsafe { Bits::new(c.base, c.start, c.end - c.start) }
}

/// Bits left in a context, or in a bitstring.
pub(super) fn bits_left(t: Term) -> usize {
    match t.as_bits() {
        Some(b) => b.len,
        // SAFETY: what is no bitstring here is a match context.
        None => unsafe { (*context(t)).end - (*context(t)).start },
    }
}

/// The size of a segment in bits: none if it is no size or larger than can be.
pub(super) fn bit_size(size: Term, unit: usize, c: &MatchContext) -> Option<usize> {
    if size.is(atom::ALL) {
        let left = c.end - c.start;
        return left.is_multiple_of(unit).then_some(left);
    }
    size.as_usize()?.checked_mul(unit)
}

/// A byte that begins inside of one.
/// # Safety
/// Eight bits from `start` on must be readable.
#[inline]
pub(super) unsafe fn unaligned_byte(base: *const u8, start: usize) -> u8 {
    // SAFETY: the eight bits lie in these two bytes.
    unsafe {
        let (a, b) = (u16::from(*base.add(start >> 3)), u16::from(*base.add((start >> 3) + 1)));
        ((a << 8 | b) >> (8 - (start & 7))) as u8
    }
}

/// Up to 56 bits as an unsigned big-endian number.
/// # Safety
/// `start + bits` must not lie behind `end`, and all of it must be readable.
#[inline]
pub(super) unsafe fn read_bits(base: *const u8, start: usize, end: usize, bits: usize) -> u64 {
    let at = start >> 3;
    if bits == 0 {
        return 0;
    }
    // SAFETY: a whole word is read only if it lies before the end; else the bytes that hold the bits.
    unsafe {
        if at + 8 <= end >> 3 {
            let word = u64::from_be(base.add(at).cast::<u64>().read_unaligned());
            return word << (start & 7) >> (64 - bits);
        }
        let last = (start + bits - 1) >> 3;
        let mut word = 0;
        for i in at..=last {
            word = word << 8 | u64::from(*base.add(i));
        }
        word >> (8 * (last + 1) - start - bits) & (u64::MAX >> (64 - bits))
    }
}

/// Are these bits the same as the string's first ones?
/// # Safety
/// Both must have so many bits to read.
// Not inlined: its windows would lie in the handler's frame, whose last jump would become a call.
#[inline(never)]
pub(super) unsafe fn same_bits(base: *const u8, start: usize, string: *const u8, bits: usize) -> bool {
    // SAFETY: the caller's promise.
    unsafe { Bits::new(base, start, bits).compare(&Bits::new(string, 0, bits)).is_eq() }
}

/// Takes a code point off a context.
pub(super) fn get_utf(c: *mut MatchContext, kind: usize, flags: usize) -> Option<u32> {
    // SAFETY: the register holds a match context.
    let c = unsafe { &mut *c };
    let bits = rest(c);
    let (v, used) = match kind {
        8 => get_utf8(bits)?,
        16 => get_utf16(bits, is_little(flags))?,
        _ => get_utf32(bits, is_little(flags))?,
    };
    c.start += used;
    Some(v)
}
