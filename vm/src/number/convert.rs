//! Between integers and floats, and comparing the two exactly.

use core::cmp::Ordering;

use super::{Int, Num, limbs};
use crate::term::{Alloc, Term, build};

/// 2^64 as a float.
const BASE: f64 = 18_446_744_073_709_551_616.0;
/// 2^63 as a float.
const HALF: f64 = 9_223_372_036_854_775_808.0;

/// How a float becomes an integer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rounding {
    /// Towards zero.
    Truncate,
    Floor,
    Ceiling,
    /// To the nearest; halves away from zero.
    Nearest,
}

/// As `big_to_double`: up to OTP 28 limb by limb from the top, rounded at each step; later rounded once, correctly.
pub(super) fn int_to_float(i: &Int) -> Option<f64> {
    let magnitude = match i.limbs() {
        [] => 0.0,
        [one] => *one as f64,
        many if crate::release::at_least(29) => nearest(many),
        many => many.iter().rev().fold(0.0, |d, limb| d * BASE + *limb as f64),
    };
    magnitude.is_finite().then_some(if i.negative { -magnitude } else { magnitude })
}

/// The float nearest to a magnitude of more than one limb.
fn nearest(magnitude: &[u64]) -> f64 {
    let bits = limbs::bit_length(magnitude);
    if bits > 1024 {
        return f64::INFINITY;
    }
    // The top 64 bits, with the lowest set if anything below is: the conversion then rounds as the whole would.
    let (top, lost) = limbs::shr(magnitude, bits - 64);
    let top = top.first().copied().unwrap_or(0) | u64::from(lost);
    let scale = f64::from_bits(((bits - 64) as u64 + 1023) << 52);
    top as f64 * scale
}

/// The float nearest to a number, rounded as stock Erlang does; none when it is out of range or no number.
#[must_use]
pub fn to_float(t: Term) -> Option<f64> {
    Num::new(t)?.to_float().ok()
}

/// The magnitude of a finite float of at least 2^53, which is an integer: its limbs.
fn large_limbs(f: f64, out: &mut [u64; 17]) -> usize {
    let bits = f.to_bits();
    let mantissa = (bits & ((1 << 52) - 1)) | 1 << 52;
    let shift = (bits >> 52 & 0x7ff) as usize - 1075;
    let (limb, bit) = (shift / 64, shift % 64);
    out[limb] = mantissa << bit;
    if bit > 11 {
        out[limb + 1] = mantissa >> (64 - bit);
    }
    limbs::trimmed(out).len()
}

/// An integer from a finite float.
pub fn from_float<A: Alloc + ?Sized>(a: &mut A, f: f64, rounding: Rounding) -> Term {
    if f.abs() < HALF {
        let whole = f as i64;
        // Exact: a float with a fraction is below 2^53.
        let fraction = f - whole as f64;
        let whole = whole
            + match rounding {
                Rounding::Truncate => 0,
                Rounding::Floor => -i64::from(fraction < 0.0),
                Rounding::Ceiling => i64::from(fraction > 0.0),
                Rounding::Nearest if fraction.abs() < 0.5 => 0,
                Rounding::Nearest => f.signum() as i64,
            };
        return build::integer(a, whole);
    }
    let mut out = [0; 17];
    let n = large_limbs(f, &mut out);
    build::big(a, f < 0.0, &out[..n])
}

/// Numbers by value, exactly. Anything but numbers compares as equal.
#[must_use]
pub fn compare(a: Term, b: Term) -> Ordering {
    match (Num::new(a), Num::new(b)) {
        (Some(Num::Int(x)), Some(Num::Int(y))) => x.cmp(&y),
        (Some(Num::Float(x)), Some(Num::Float(y))) => x.partial_cmp(&y).unwrap_or(Ordering::Equal),
        (Some(Num::Int(x)), Some(Num::Float(y))) => int_with_float(&x, y),
        (Some(Num::Float(x)), Some(Num::Int(y))) => int_with_float(&y, x).reverse(),
        _ => Ordering::Equal,
    }
}

fn int_with_float(i: &Int, f: f64) -> Ordering {
    if f.abs() < HALF {
        let whole = f as i64;
        let fraction = f - whole as f64;
        return i.cmp(&Int::from_i64(whole)).then_with(|| 0.0.partial_cmp(&fraction).unwrap_or(Ordering::Equal));
    }
    if i.negative != (f < 0.0) {
        return if i.negative { Ordering::Less } else { Ordering::Greater };
    }
    let mut out = [0; 17];
    let n = large_limbs(f, &mut out);
    let order = limbs::cmp(i.limbs(), &out[..n]);
    if i.negative { order.reverse() } else { order }
}
