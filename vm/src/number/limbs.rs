//! Kernels over magnitudes: slices of 64-bit limbs, least significant first, without leading zeros.

use core::cmp::Ordering;

use dashu_int::UBig;
use dashu_int::ops::DivRem;
use smallvec::smallvec;

use super::Buf;

/// From so many limbs on (the shorter operand), products and quotients go to the library.
const LARGE: usize = 32;

const _: () = assert!(size_of::<dashu_int::Word>() == 8);

/// Without leading zeros.
#[inline]
pub fn trimmed(a: &[u64]) -> &[u64] {
    let n = a.iter().rposition(|l| *l != 0).map_or(0, |i| i + 1);
    &a[..n]
}

/// Drops leading zeros.
#[inline]
pub fn trim(a: &mut Buf) {
    let n = trimmed(a).len();
    a.truncate(n);
}

pub fn cmp(a: &[u64], b: &[u64]) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.iter().rev().cmp(b.iter().rev()))
}

/// Bits in the magnitude.
pub fn bit_length(a: &[u64]) -> usize {
    a.last().map_or(0, |top| a.len() * 64 - top.leading_zeros() as usize)
}

pub fn add(a: &[u64], b: &[u64]) -> Buf {
    let (a, b) = if a.len() < b.len() { (b, a) } else { (a, b) };
    let mut out = Buf::with_capacity(a.len() + 1);
    let mut carry = false;
    for (i, x) in a.iter().enumerate() {
        let (s, c1) = x.overflowing_add(b.get(i).copied().unwrap_or(0));
        let (s, c2) = s.overflowing_add(u64::from(carry));
        out.push(s);
        carry = c1 | c2;
    }
    if carry {
        out.push(1);
    }
    out
}

/// `a - b`, where `a >= b`.
pub fn sub(a: &[u64], b: &[u64]) -> Buf {
    let mut out = Buf::with_capacity(a.len());
    let mut borrow = false;
    for (i, x) in a.iter().enumerate() {
        let (s, c1) = x.overflowing_sub(b.get(i).copied().unwrap_or(0));
        let (s, c2) = s.overflowing_sub(u64::from(borrow));
        out.push(s);
        borrow = c1 | c2;
    }
    debug_assert!(!borrow);
    trim(&mut out);
    out
}

/// `a = a * m + add`.
pub fn mul_word_add(a: &mut Buf, m: u64, add: u64) {
    let mut carry = u128::from(add);
    for x in a.iter_mut() {
        carry += u128::from(*x) * u128::from(m);
        *x = carry as u64;
        carry >>= 64;
    }
    if carry != 0 {
        a.push(carry as u64);
    }
}

pub fn mul(a: &[u64], b: &[u64]) -> Buf {
    if a.is_empty() || b.is_empty() {
        return Buf::new();
    }
    if a.len().min(b.len()) >= LARGE {
        let product = UBig::from_words(a) * UBig::from_words(b);
        return Buf::from_slice(product.as_words());
    }
    let mut out: Buf = smallvec![0; a.len() + b.len()];
    for (i, x) in a.iter().enumerate() {
        let mut carry: u128 = 0;
        for (j, y) in b.iter().enumerate() {
            carry += u128::from(*x) * u128::from(*y) + u128::from(out[i + j]);
            out[i + j] = carry as u64;
            carry >>= 64;
        }
        out[i + b.len()] = carry as u64;
    }
    trim(&mut out);
    out
}

/// `a = a / d`; answers the remainder.
pub fn div_word(a: &mut Buf, d: u64) -> u64 {
    let mut rest: u64 = 0;
    for x in a.iter_mut().rev() {
        let v = u128::from(rest) << 64 | u128::from(*x);
        *x = (v / u128::from(d)) as u64;
        rest = (v % u128::from(d)) as u64;
    }
    trim(a);
    rest
}

/// Quotient and remainder; `b` is not zero.
pub fn div_rem(a: &[u64], b: &[u64]) -> (Buf, Buf) {
    if cmp(a, b) == Ordering::Less {
        return (Buf::new(), Buf::from_slice(a));
    }
    if let [d] = b {
        let mut q = Buf::from_slice(a);
        let r = div_word(&mut q, *d);
        return (q, if r == 0 { Buf::new() } else { smallvec![r] });
    }
    if b.len() >= LARGE && a.len() - b.len() >= LARGE {
        let (q, r) = UBig::from_words(a).div_rem(UBig::from_words(b));
        return (Buf::from_slice(q.as_words()), Buf::from_slice(r.as_words()));
    }
    knuth(a, b)
}

/// Knuth's algorithm D (The Art of Computer Programming, 4.3.1).
fn knuth(a: &[u64], b: &[u64]) -> (Buf, Buf) {
    let n = b.len();
    let shift = b[n - 1].leading_zeros() as usize;
    let v = shl(b, shift);
    let mut u = shl(a, shift);
    u.resize(a.len() + 1, 0);
    let mut q: Buf = smallvec![0; a.len() - n + 1];
    let (v1, v2) = (u128::from(v[n - 1]), u128::from(v[n - 2]));
    for j in (0..q.len()).rev() {
        let top = u128::from(u[j + n]) << 64 | u128::from(u[j + n - 1]);
        let (mut guess, mut rest) = if u128::from(u[j + n]) >= v1 {
            (u128::from(u64::MAX), top - u128::from(u64::MAX) * v1)
        } else {
            (top / v1, top % v1)
        };
        while rest >> 64 == 0 && guess * v2 > (rest << 64 | u128::from(u[j + n - 2])) {
            guess -= 1;
            rest += v1;
        }
        let (mut carry, mut borrow) = (0u128, false);
        for i in 0..n {
            carry += guess * u128::from(v[i]);
            let (s, c1) = u[j + i].overflowing_sub(carry as u64);
            let (s, c2) = s.overflowing_sub(u64::from(borrow));
            u[j + i] = s;
            borrow = c1 | c2;
            carry >>= 64;
        }
        let (s, c1) = u[j + n].overflowing_sub(carry as u64);
        let (s, c2) = s.overflowing_sub(u64::from(borrow));
        u[j + n] = s;
        if c1 | c2 {
            // One too many: add the divisor back.
            guess -= 1;
            let mut c = false;
            for i in 0..n {
                let (s, c1) = u[j + i].overflowing_add(v[i]);
                let (s, c2) = s.overflowing_add(u64::from(c));
                u[j + i] = s;
                c = c1 | c2;
            }
            u[j + n] = u[j + n].wrapping_add(u64::from(c));
        }
        q[j] = guess as u64;
    }
    trim(&mut q);
    u.truncate(n);
    trim(&mut u);
    (q, shr(&u, shift).0)
}

/// `a << n`.
pub fn shl(a: &[u64], n: usize) -> Buf {
    if a.is_empty() {
        return Buf::new();
    }
    let (limbs, bits) = (n / 64, n % 64);
    let mut out = Buf::with_capacity(a.len() + limbs + 1);
    out.resize(limbs, 0);
    if bits == 0 {
        out.extend_from_slice(a);
        return out;
    }
    let mut low = 0;
    for x in a {
        out.push(x << bits | low);
        low = x >> (64 - bits);
    }
    if low != 0 {
        out.push(low);
    }
    out
}

/// `a >> n`, and whether any one bit was lost.
pub fn shr(a: &[u64], n: usize) -> (Buf, bool) {
    let (limbs, bits) = (n / 64, n % 64);
    if limbs >= a.len() {
        return (Buf::new(), !a.is_empty());
    }
    let mut lost = a[..limbs].iter().any(|l| *l != 0);
    let a = &a[limbs..];
    if bits == 0 {
        return (Buf::from_slice(a), lost);
    }
    lost |= a[0] << (64 - bits) != 0;
    let mut out: Buf = (0..a.len()).map(|i| a[i] >> bits | a.get(i + 1).map_or(0, |h| h << (64 - bits))).collect();
    trim(&mut out);
    (out, lost)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    fn number() -> impl Strategy<Value = Vec<u64>> {
        let limb = prop_oneof![any::<u64>(), Just(0), Just(u64::MAX), Just(1), Just(1 << 63)];
        proptest::collection::vec(limb, 0..80).prop_map(|v| trimmed(&v).to_vec())
    }

    proptest! {
        #[test]
        fn as_the_library_has_it(a in number(), b in number(), n in 0usize..300) {
            let (x, y) = (UBig::from_words(&a), UBig::from_words(&b));
            prop_assert_eq!(add(&a, &b).to_vec(), (&x + &y).as_words().to_vec());
            prop_assert_eq!(mul(&a, &b).to_vec(), (&x * &y).as_words().to_vec());
            prop_assert_eq!(cmp(&a, &b), x.cmp(&y));
            if x >= y {
                prop_assert_eq!(sub(&a, &b).to_vec(), (&x - &y).as_words().to_vec());
            }
            if !b.is_empty() {
                let (q, r) = div_rem(&a, &b);
                prop_assert_eq!(q.to_vec(), (&x / &y).as_words().to_vec());
                prop_assert_eq!(r.to_vec(), (&x % &y).as_words().to_vec());
            }
            prop_assert_eq!(shl(&a, n).to_vec(), (&x << n).as_words().to_vec());
            let (s, lost) = shr(&a, n);
            prop_assert_eq!(s.to_vec(), (&x >> n).as_words().to_vec());
            prop_assert_eq!(lost, ((&x >> n) << n) != x);
        }
    }
}
