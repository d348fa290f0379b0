//! Integers of the bit syntax: any size, big or little endian, signed or not.
//!
//! In a little endian field of an odd size, the odd bits are the last ones and the most significant.

use super::write_word;
use crate::number::{Buf, Int};
use crate::term::{Alloc, Bits, Term, build};

/// The value of up to 64 bits, unsigned.
#[inline]
fn read_word(bits: &Bits, little: bool) -> u64 {
    let n = bits.len as u32;
    if n == 0 {
        return 0;
    }
    let word = bits.word(0);
    if !little {
        return word >> (64 - n);
    }
    let odd = n % 8;
    let value = word.swap_bytes();
    if odd == 0 {
        return value;
    }
    // The last byte's bits are at its high end.
    let top = n - odd;
    let low = value & ((1u64 << top) - 1);
    low | (value >> top & 0xff) >> (8 - odd) << top
}

/// The integer in a window.
#[inline]
pub fn extract_integer<A: Alloc + ?Sized>(a: &mut A, bits: Bits, signed: bool, little: bool) -> Term {
    if bits.len > 64 {
        return extract_large(a, &bits, signed, little);
    }
    let value = read_word(&bits, little);
    if !signed || bits.len == 0 {
        return build::unsigned(a, value);
    }
    let unused = 64 - bits.len as u32;
    build::integer(a, (value << unused) as i64 >> unused)
}

#[cold]
fn extract_large<A: Alloc + ?Sized>(a: &mut A, bits: &Bits, signed: bool, little: bool) -> Term {
    let mut limbs = Buf::new();
    let mut done = 0;
    while done < bits.len {
        let n = (bits.len - done).min(64);
        let part = bits.slice(if little { done } else { bits.len - done - n }, n);
        limbs.push(read_word(&part, little));
        done += n;
    }
    let unused = (limbs.len() * 64 - bits.len) as u32;
    let negative = signed && limbs.last().is_some_and(|top| (top << unused) >> 63 == 1);
    if negative {
        if let Some(top) = limbs.last_mut() {
            *top = ((*top << unused) as i64 >> unused) as u64;
        }
        negate(&mut limbs);
    }
    build::big(a, negative, &limbs)
}

/// Two's complement, in place.
fn negate(limbs: &mut [u64]) {
    let mut carry = true;
    for l in limbs {
        (*l, carry) = (!*l).overflowing_add(u64::from(carry));
    }
}

/// Writes the lowest `size` bits of an integer, in two's complement, to the bit `bit` behind `dst`. False (and nothing
/// written) when the term is no integer.
/// # Safety
/// The bytes that hold these bits must be writable, and nobody else may use them meanwhile.
#[inline]
pub unsafe fn write_integer(dst: *mut u8, bit: usize, size: usize, value: Term, little: bool) -> bool {
    if let (Some(v), 1..=64) = (value.as_small(), size) {
        if bit & 7 == 0 {
            // SAFETY: whole bytes that the caller lets us write.
            unsafe {
                let to = dst.add(bit >> 3);
                match size {
                    8 => *to = v as u8,
                    16 => to.cast::<u16>().write_unaligned(if little { v as u16 } else { (v as u16).to_be() }),
                    32 => to.cast::<u32>().write_unaligned(if little { v as u32 } else { (v as u32).to_be() }),
                    _ => {}
                }
            }
            if matches!(size, 8 | 16 | 32) {
                return true;
            }
        }
        let mut word = (v as u64) << (64 - size);
        if little {
            word = little_word(v as u64, size);
        }
        // SAFETY: the caller's.
        unsafe { write_word(dst, bit, word, size) };
        return true;
    }
    // SAFETY: the caller's.
    unsafe { write_large(dst, bit, size, value, little) }
}

/// The lowest bits of a value as a little endian field, at the high end of a word.
fn little_word(v: u64, size: usize) -> u64 {
    let odd = size % 8;
    if odd == 0 {
        return v.swap_bytes();
    }
    let top = size - odd;
    let last = (v >> top) << (8 - odd) & 0xff;
    ((v & ((1u64 << top) - 1)) | last << top).swap_bytes()
}

/// # Safety
/// As [`write_integer`].
#[cold]
unsafe fn write_large(dst: *mut u8, bit: usize, size: usize, value: Term, little: bool) -> bool {
    let Some(int) = Int::new(value) else { return false };
    // Limb by limb from the least significant; beyond the last one all are copies of the sign.
    let source = int.limbs();
    let mut carry = int.negative;
    let mut limb_at = |i: usize| {
        let raw = source.get(i).copied().unwrap_or(0);
        if !int.negative {
            return raw;
        }
        let (v, c) = (!raw).overflowing_add(u64::from(carry));
        carry = c;
        v
    };
    for i in 0..size.div_ceil(64) {
        let n = (size - i * 64).min(64);
        let limb = limb_at(i);
        let (at, word) = if little {
            (bit + i * 64, if n == 64 { limb.swap_bytes() } else { little_word(limb, n) })
        } else {
            (bit + size - i * 64 - n, limb << (64 - n))
        };
        // SAFETY: a part of the bits that the caller lets us write.
        unsafe { write_word(dst, at, word, n) };
    }
    true
}
