//! `+ - * / div rem`, `abs` and negation as Erlang has them.

use super::{ArithError, Buf, Int, Num, finish, limbs};
use crate::term::{Alloc, Term, build};
use core::cmp::Ordering;

/// A number, or why there is none.
pub type Outcome = Result<Term, ArithError>;

fn float<A: Alloc + ?Sized>(a: &mut A, value: f64) -> Outcome {
    if value.is_finite() { Ok(build::float(a, value)) } else { Err(ArithError::Badarith) }
}

fn numbers(x: Term, y: Term) -> Result<(Num, Num), ArithError> {
    Num::new(x).zip(Num::new(y)).ok_or(ArithError::Badarith)
}

fn ints(x: Term, y: Term) -> Result<(Int, Int), ArithError> {
    Int::new(x).zip(Int::new(y)).ok_or(ArithError::Badarith)
}

/// A sum of magnitudes with signs.
fn sum(x: &Int, y: &Int, negate_y: bool) -> (bool, Buf) {
    let y_negative = y.negative != negate_y;
    if x.negative == y_negative {
        return (x.negative, limbs::add(x.limbs(), y.limbs()));
    }
    match limbs::cmp(x.limbs(), y.limbs()) {
        Ordering::Equal => (false, Buf::new()),
        Ordering::Greater => (x.negative, limbs::sub(x.limbs(), y.limbs())),
        Ordering::Less => (y_negative, limbs::sub(y.limbs(), x.limbs())),
    }
}

/// `x + y`.
/// # Errors
/// Badarith, SystemLimit.
pub fn add<A: Alloc + ?Sized>(a: &mut A, x: Term, y: Term) -> Outcome {
    if let (Some(x), Some(y)) = (x.as_small(), y.as_small()) {
        return Ok(build::integer(a, x + y));
    }
    match numbers(x, y)? {
        (Num::Int(x), Num::Int(y)) => {
            let (negative, out) = sum(&x, &y, false);
            finish(a, negative, &out)
        }
        (x, y) => float(a, x.to_float()? + y.to_float()?),
    }
}

/// `x - y`.
/// # Errors
/// Badarith, SystemLimit.
pub fn sub<A: Alloc + ?Sized>(a: &mut A, x: Term, y: Term) -> Outcome {
    if let (Some(x), Some(y)) = (x.as_small(), y.as_small()) {
        return Ok(build::integer(a, x - y));
    }
    match numbers(x, y)? {
        (Num::Int(x), Num::Int(y)) => {
            let (negative, out) = sum(&x, &y, true);
            finish(a, negative, &out)
        }
        (x, y) => float(a, x.to_float()? - y.to_float()?),
    }
}

/// `x * y`.
/// # Errors
/// Badarith, SystemLimit.
pub fn mul<A: Alloc + ?Sized>(a: &mut A, x: Term, y: Term) -> Outcome {
    if let (Some(x), Some(y)) = (x.as_small(), y.as_small()) {
        if let Some(v) = x.checked_mul(y) {
            return Ok(build::integer(a, v));
        }
        let v = (i128::from(x) * i128::from(y)).unsigned_abs();
        return Ok(build::big(a, (x < 0) != (y < 0), &[v as u64, (v >> 64) as u64]));
    }
    match numbers(x, y)? {
        (Num::Int(x), Num::Int(y)) => {
            // The product has at least so many limbs: refuse before the work is done.
            if (x.limbs().len() + y.limbs().len()).saturating_sub(1) > super::max_limbs()
                && !x.limbs().is_empty()
                && !y.limbs().is_empty()
            {
                return Err(ArithError::SystemLimit);
            }
            finish(a, x.negative != y.negative, &limbs::mul(x.limbs(), y.limbs()))
        }
        (x, y) => float(a, x.to_float()? * y.to_float()?),
    }
}

/// `x / y`: always a float.
/// # Errors
/// Badarith.
pub fn divide<A: Alloc + ?Sized>(a: &mut A, x: Term, y: Term) -> Outcome {
    let (x, y) = numbers(x, y)?;
    let (x, y) = (x.to_float()?, y.to_float()?);
    if y == 0.0 { Err(ArithError::Badarith) } else { float(a, x / y) }
}

/// `x div y`, truncated.
/// # Errors
/// Badarith.
pub fn div<A: Alloc + ?Sized>(a: &mut A, x: Term, y: Term) -> Outcome {
    if let (Some(x), Some(y)) = (x.as_small(), y.as_small()) {
        return if y == 0 { Err(ArithError::Badarith) } else { Ok(build::integer(a, x / y)) };
    }
    let (x, y) = ints(x, y)?;
    if y.limbs().is_empty() {
        return Err(ArithError::Badarith);
    }
    finish(a, x.negative != y.negative, &limbs::div_rem(x.limbs(), y.limbs()).0)
}

/// `x rem y`, with the sign of `x`.
/// # Errors
/// Badarith.
pub fn rem<A: Alloc + ?Sized>(a: &mut A, x: Term, y: Term) -> Outcome {
    if let (Some(x), Some(y)) = (x.as_small(), y.as_small()) {
        return if y == 0 { Err(ArithError::Badarith) } else { Ok(Term::small(x % y)) };
    }
    let (x, y) = ints(x, y)?;
    if y.limbs().is_empty() {
        return Err(ArithError::Badarith);
    }
    finish(a, x.negative, &limbs::div_rem(x.limbs(), y.limbs()).1)
}

/// `-x`.
/// # Errors
/// Badarith.
pub fn neg<A: Alloc + ?Sized>(a: &mut A, x: Term) -> Outcome {
    match Num::new(x).ok_or(ArithError::Badarith)? {
        Num::Int(i) => finish(a, !i.negative, i.limbs()),
        Num::Float(f) => float(a, -f),
    }
}

/// `abs(x)`.
/// # Errors
/// Badarith when `x` is no number (the BIF makes it `badarg`).
pub fn abs<A: Alloc + ?Sized>(a: &mut A, x: Term) -> Outcome {
    match Num::new(x).ok_or(ArithError::Badarith)? {
        Num::Int(i) if !i.negative => Ok(x),
        Num::Int(i) => finish(a, false, i.limbs()),
        Num::Float(f) if f.is_sign_positive() => Ok(x),
        // Zeros had no sign that told them apart.
        Num::Float(f) if f == 0.0 && !crate::release::at_least(27) => Ok(x),
        Num::Float(f) => float(a, -f),
    }
}
