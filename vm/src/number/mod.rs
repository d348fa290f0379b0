//! Numbers: arithmetic over small integers, big integers and floats, their conversions and their texts. Read beside
//! it: `erts/emulator/beam/big.c`, `erl_arith.c`.
//!
//! A big integer's limbs lie on the heap that holds the term. Small operands are worked on by the word kernels in
//! [`limbs`] without any allocation but the result's; large products, quotients and conversions of base go through
//! `dashu-int`, whose algorithms are subquadratic.

pub mod arith;
pub mod bitwise;
mod convert;
pub mod digits;
pub mod float_text;
mod limbs;
pub mod text;

use core::cmp::Ordering;

use smallvec::SmallVec;

use crate::term::{Alloc, Term, build};

pub use convert::{Rounding, compare, from_float, to_float};

/// The most limbs an integer may have (`BIG_ARITY_MAX`).
#[must_use]
pub fn max_limbs() -> usize {
    if crate::release::at_least(27) { (1 << 16) - 1 } else { (1 << 19) - 1 }
}

/// Why arithmetic gave no number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ArithError {
    /// `badarith`: not numbers, division by zero, a float out of range.
    Badarith,
    /// `system_limit`: an integer with too many digits.
    SystemLimit,
}

/// Limbs being worked on, least significant first.
pub(crate) type Buf = SmallVec<[u64; 20]>;

/// An integer taken apart: sign and magnitude.
#[derive(Clone, Copy)]
pub(crate) struct Int {
    pub negative: bool,
    one: [u64; 1],
    many: Option<&'static [u64]>,
}

impl Int {
    pub fn from_i64(v: i64) -> Int {
        Int { negative: v < 0, one: [v.unsigned_abs()], many: None }
    }

    pub fn new(t: Term) -> Option<Int> {
        if let Some(v) = t.as_small() {
            return Some(Int::from_i64(v));
        }
        let (negative, limbs) = t.as_big()?;
        Some(Int { negative, one: [0], many: Some(limbs) })
    }

    /// The magnitude, without leading zero limbs; empty for zero.
    #[inline]
    pub fn limbs(&self) -> &[u64] {
        match self.many {
            Some(limbs) => limbs,
            None if self.one[0] == 0 => &[],
            None => &self.one,
        }
    }

    pub fn cmp(&self, other: &Int) -> Ordering {
        match (self.negative, other.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => limbs::cmp(self.limbs(), other.limbs()),
            (true, true) => limbs::cmp(other.limbs(), self.limbs()),
        }
    }
}

/// Any number, taken apart.
pub(crate) enum Num {
    Int(Int),
    Float(f64),
}

impl Num {
    pub fn new(t: Term) -> Option<Num> {
        if let Some(i) = Int::new(t) {
            return Some(Num::Int(i));
        }
        t.as_float().map(Num::Float)
    }

    pub fn to_float(&self) -> Result<f64, ArithError> {
        match self {
            Num::Int(i) => convert::int_to_float(i).ok_or(ArithError::Badarith),
            Num::Float(f) => Ok(*f),
        }
    }
}

/// An integer term, if it is not too large.
pub(crate) fn finish<A: Alloc + ?Sized>(a: &mut A, negative: bool, limbs: &[u64]) -> Result<Term, ArithError> {
    if limbs.len() >= 1 << 16 && limbs::trimmed(limbs).len() > max_limbs() {
        return Err(ArithError::SystemLimit);
    }
    Ok(build::big(a, negative, limbs))
}
