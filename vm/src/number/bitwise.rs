//! `band bor bxor bnot bsl bsr` over integers of any size, in two's complement with endless sign bits.

use super::arith::Outcome;
use super::{ArithError, Buf, Int, finish, limbs, max_limbs};
use crate::term::{Alloc, Term, build};

/// The lowest `n` limbs in two's complement; enough limbs leave the sign in the top bit.
fn complement(x: &Int, n: usize) -> Buf {
    let mut out = Buf::from_slice(x.limbs());
    out.resize(n, 0);
    if x.negative {
        negate(&mut out);
    }
    out
}

fn negate(limbs: &mut [u64]) {
    let mut carry = true;
    for l in limbs {
        (*l, carry) = (!*l).overflowing_add(u64::from(carry));
    }
}

fn combine<A: Alloc + ?Sized>(a: &mut A, x: Term, y: Term, op: impl Fn(u64, u64) -> u64) -> Outcome {
    let (x, y) = Int::new(x).zip(Int::new(y)).ok_or(ArithError::Badarith)?;
    let n = x.limbs().len().max(y.limbs().len()) + 1;
    let mut out = complement(&x, n);
    for (l, r) in out.iter_mut().zip(complement(&y, n)) {
        *l = op(*l, r);
    }
    let negative = out[n - 1] >> 63 == 1;
    if negative {
        negate(&mut out);
    }
    finish(a, negative, &out)
}

/// `x band y`.
/// # Errors
/// Badarith.
pub fn band<A: Alloc + ?Sized>(a: &mut A, x: Term, y: Term) -> Outcome {
    if let (Some(x), Some(y)) = (x.as_small(), y.as_small()) {
        return Ok(Term::small(x & y));
    }
    combine(a, x, y, |x, y| x & y)
}

/// `x bor y`.
/// # Errors
/// Badarith.
pub fn bor<A: Alloc + ?Sized>(a: &mut A, x: Term, y: Term) -> Outcome {
    if let (Some(x), Some(y)) = (x.as_small(), y.as_small()) {
        return Ok(Term::small(x | y));
    }
    combine(a, x, y, |x, y| x | y)
}

/// `x bxor y`.
/// # Errors
/// Badarith.
pub fn bxor<A: Alloc + ?Sized>(a: &mut A, x: Term, y: Term) -> Outcome {
    if let (Some(x), Some(y)) = (x.as_small(), y.as_small()) {
        return Ok(Term::small(x ^ y));
    }
    combine(a, x, y, |x, y| x ^ y)
}

/// `bnot x`.
/// # Errors
/// Badarith.
pub fn bnot<A: Alloc + ?Sized>(a: &mut A, x: Term) -> Outcome {
    if let Some(v) = x.as_small() {
        return Ok(Term::small(!v));
    }
    let x = Int::new(x).ok_or(ArithError::Badarith)?;
    let out = if x.negative { limbs::sub(x.limbs(), &[1]) } else { limbs::add(x.limbs(), &[1]) };
    finish(a, !x.negative, &out)
}

/// `x bsl y`.
/// # Errors
/// Badarith, SystemLimit.
pub fn bsl<A: Alloc + ?Sized>(a: &mut A, x: Term, y: Term) -> Outcome {
    shift(a, x, y, false)
}

/// `x bsr y`.
/// # Errors
/// Badarith, SystemLimit.
pub fn bsr<A: Alloc + ?Sized>(a: &mut A, x: Term, y: Term) -> Outcome {
    shift(a, x, y, true)
}

fn shift<A: Alloc + ?Sized>(a: &mut A, x: Term, y: Term, right: bool) -> Outcome {
    let (int, by) = Int::new(x).zip(Int::new(y)).ok_or(ArithError::Badarith)?;
    if int.limbs().is_empty() || by.limbs().is_empty() {
        return Ok(x);
    }
    let left = by.negative == right;
    let n = match by.limbs() {
        [n] => usize::try_from(*n).unwrap_or(usize::MAX),
        _ => usize::MAX,
    };
    if let (Some(v), true) = (x.as_small(), n < 64) {
        if !left {
            return Ok(Term::small(v >> n));
        }
        let wide = i128::from(v) << n;
        if let Ok(v) = i64::try_from(wide) {
            return Ok(build::integer(a, v));
        }
    }
    if left {
        if n.saturating_add(limbs::bit_length(int.limbs())) > max_limbs() * 64 {
            return Err(ArithError::SystemLimit);
        }
        return finish(a, int.negative, &limbs::shl(int.limbs(), n));
    }
    let (mut out, lost) = limbs::shr(int.limbs(), n);
    if int.negative && lost {
        out = limbs::add(&out, &[1]);
    }
    finish(a, int.negative, &out)
}
