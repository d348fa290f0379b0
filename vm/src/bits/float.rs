//! Floats of the bit syntax: 16, 32 and 64 bits.

use super::write_word;
use crate::term::Bits;

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

/// Writes a float of `size` 16, 32 or 64 bits to the bit `bit` behind `dst`. False (and nothing written) for other
/// sizes, and when the value is out of the size's range.
/// # Safety
/// The bytes that hold these bits must be writable, and nobody else may use them meanwhile.
pub unsafe fn write_float(dst: *mut u8, bit: usize, size: usize, value: f64, little: bool) -> bool {
    let raw = match size {
        16 => {
            let Some(half) = float_to_half(value as f32) else { return false };
            u64::from(half)
        }
        32 => {
            let single = value as f32;
            if !single.is_finite() {
                return false;
            }
            u64::from(single.to_bits())
        }
        64 => value.to_bits(),
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

/// A single to the nearest binary16, ties to even; none when it is out of range.
fn float_to_half(f: f32) -> Option<u16> {
    let bits = f.to_bits();
    let sign = (bits >> 16 & 0x8000) as u16;
    let exponent = (bits >> 23 & 0xff) as i32 - 127;
    let mantissa = bits & 0x7f_ffff | 0x80_0000;
    if exponent > 15 {
        return None;
    }
    // Bits to drop: 13 for normal halves, more for those below 2^-14.
    let drop = if exponent >= -14 { 13 } else { (13 + (-14 - exponent)).min(31) };
    let (kept, rest, half) = (mantissa >> drop, mantissa & ((1 << drop) - 1), 1u32 << (drop - 1));
    let rounded = kept + u32::from(rest > half || (rest == half && kept & 1 == 1));
    // A normal mantissa's leading one adds one to the exponent; so does a carry out of rounding.
    let biased = if exponent >= -14 { ((exponent + 14) as u32) << 10 } else { 0 };
    let out = biased + rounded;
    if out >= 31 << 10 { None } else { Some(sign | out as u16) }
}
