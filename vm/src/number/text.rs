//! Integers as text in any base from 2 to 36, and back.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use dashu_int::UBig;

use super::{ArithError, Buf, Int, finish, limbs};
use crate::term::{Alloc, Term};

/// From so many limbs on, the library converts bases.
const LARGE: usize = 24;

/// The largest power of a base that fits a word, and its exponent.
const fn chunk(base: u8) -> (u64, usize) {
    let (mut power, mut n) = (base as u64, 1);
    while let Some(next) = power.checked_mul(base as u64) {
        power = next;
        n += 1;
    }
    (power, n)
}

/// An integer's digits in a base (2 to 36, upper case), with a minus sign if it is negative. None when it is no
/// integer.
#[must_use]
pub fn format(t: Term, base: u8) -> Option<String> {
    debug_assert!((2..=36).contains(&base));
    let i = Int::new(t)?;
    if base == 10 && t.is_small() {
        return Some(t.small_value().to_string());
    }
    if i.limbs().len() >= LARGE {
        let mut text = UBig::from_words(i.limbs()).in_radix(base).to_string().to_ascii_uppercase();
        if i.negative {
            text.insert(0, '-');
        }
        return Some(text);
    }
    let (power, width) = chunk(base);
    let mut rest = Buf::from_slice(i.limbs());
    let mut digits: Vec<u8> = Vec::new();
    loop {
        let mut part = limbs::div_word(&mut rest, power);
        let last = rest.is_empty();
        for _ in 0..width {
            if last && part == 0 {
                break;
            }
            let d = (part % u64::from(base)) as u32;
            digits.push(char::from_digit(d, u32::from(base)).map_or(b'0', |c| c.to_ascii_uppercase() as u8));
            part /= u64::from(base);
        }
        if last {
            break;
        }
    }
    if digits.is_empty() {
        digits.push(b'0');
    }
    if i.negative {
        digits.push(b'-');
    }
    digits.reverse();
    String::from_utf8(digits).ok()
}

/// Reads an integer: an optional sign, then digits of the base, at least one, and nothing else.
/// # Errors
/// [`ArithError::Badarith`] when the text is no such integer, [`ArithError::SystemLimit`] when it is too large.
pub fn parse<A: Alloc + ?Sized>(a: &mut A, text: &[u8], base: u8) -> Result<Term, ArithError> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        all => (false, all),
    };
    if digits.is_empty() {
        return Err(ArithError::Badarith);
    }
    let value = |b: u8| (b as char).to_digit(u32::from(base)).ok_or(ArithError::Badarith);
    let (_, width) = chunk(base);
    // Each digit is at least one bit; leading zeros are not digits that count.
    if digits.len() > super::max_limbs().saturating_mul(64) {
        return Err(ArithError::SystemLimit);
    }
    if digits.len() / width >= LARGE {
        for b in digits {
            value(*b)?;
        }
        let text = core::str::from_utf8(digits).map_err(|_| ArithError::Badarith)?;
        let n = UBig::from_str_radix(text, u32::from(base)).map_err(|_| ArithError::Badarith)?;
        return finish(a, negative, n.as_words());
    }
    let mut out = Buf::new();
    for part in digits.chunks(width) {
        let (mut v, mut power) = (0u64, 1u64);
        for b in part {
            v = v * u64::from(base) + u64::from(value(*b)?);
            power = power.wrapping_mul(u64::from(base));
        }
        limbs::mul_word_add(&mut out, power, v);
    }
    finish(a, negative, &out)
}
