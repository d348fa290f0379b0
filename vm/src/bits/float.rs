//! Floats of the bit syntax: 16, 32 and 64 bits.

use super::write_word;
use crate::number::to_float;
use crate::term::{Bits, Term};

/// The float in a window of 16, 32 or 64 bits; none for other sizes and for what is no finite number.
#[must_use]
pub fn extract_float(bits: Bits, little: bool) -> Option<f64> {
    let word = bits.word(0);
    let raw = match (bits.len, little) {
        (16 | 32 | 64, false) => word >> (64 - bits.len),
        (16 | 32 | 64, true) => word.swap_bytes(),
        _ => return None,
    };
    let value = match bits.len {
        16 => half_to_float(raw as u16),
        32 => f64::from(f32::from_bits(raw as u32)),
        _ => f64::from_bits(raw),
    };
    value.is_finite().then_some(value)
}

/// Writes a number as a float of `size` 16, 32 or 64 bits to the bit `bit` behind `dst`. False (and nothing written) for
/// other sizes, and when the term is no number or an integer beyond all floats. What is out of the range of a smaller
/// size becomes infinity, as in stock Erlang.
/// # Safety
/// The bytes that hold these bits must be writable, and nobody else may use them meanwhile.
pub unsafe fn write_float(dst: *mut u8, bit: usize, size: usize, value: Term, little: bool) -> bool {
    let Some(double) = to_float(value) else { return false };
    let raw = match size {
        16 => u64::from(float_to_half(double)),
        // An integer is rounded only once.
        32 => u64::from(value.as_small().map_or(double as f32, |v| v as f32).to_bits()),
        64 => double.to_bits(),
        _ => return false,
    };
    let word = if little { raw.swap_bytes() } else { raw << (64 - size) };
    // SAFETY: the caller's.
    unsafe { write_word(dst, bit, word, size) };
    true
}

/// IEEE 754 binary16 to a float, exactly.
fn half_to_float(h: u16) -> f64 {
    let (exponent, fraction) = (u64::from(h >> 10 & 31), f64::from(h & 0x3ff));
    let size = match exponent {
        // 2^-24 times the fraction.
        0 => fraction * f64::from_bits((1023 - 24) << 52),
        31 => f64::INFINITY,
        e => (1024.0 + fraction) * f64::from_bits((1023 + e - 25) << 52),
    };
    if h >> 15 == 1 { -size } else { size }
}

/// The nearest binary16, ties to even; infinity when it is out of range, as stock Erlang has it.
fn float_to_half(f: f64) -> u16 {
    let bits = f.to_bits();
    let sign = (bits >> 48 & 0x8000) as u16;
    let exponent = (bits >> 52 & 0x7ff) as i32 - 1023;
    if exponent > 15 {
        return sign | 31 << 10;
    }
    let mantissa = bits & ((1 << 52) - 1) | 1 << 52;
    // Bits to drop: 42 for normal halves, more for those below 2^-14.
    let drop = if exponent >= -14 { 42 } else { (42 + (-14 - exponent)).min(63) };
    let (kept, rest, half) = (mantissa >> drop, mantissa & ((1 << drop) - 1), 1u64 << (drop - 1));
    let rounded = kept + u64::from(rest > half || (rest == half && kept & 1 == 1));
    // A normal mantissa's leading one adds one to the exponent; so does a carry out of rounding.
    let biased = if exponent >= -14 { ((exponent + 14) as u64) << 10 } else { 0 };
    sign | (biased + rounded) as u16
}
