//! Against bits one by one.

use alloc::vec;
use alloc::vec::Vec;

use super::*;
use crate::heap::Fragments;
use crate::term::compare::exact_eq;
use crate::term::{Bits, build};
use proptest::prelude::*;

fn bit(bytes: &[u8], i: usize) -> bool {
    bytes[i / 8] >> (7 - i % 8) & 1 == 1
}

fn window(bytes: &[u8], start: usize, len: usize) -> Bits {
    assert!(start + len <= bytes.len() * 8);
    // SAFETY: checked to lie inside bytes that outlive the test's use.
    unsafe { Bits::new(bytes.as_ptr(), start, len) }
}

fn place() -> impl Strategy<Value = (Vec<u8>, usize, usize)> {
    proptest::collection::vec(any::<u8>(), 1..60).prop_flat_map(|bytes| {
        let n = bytes.len() * 8;
        (Just(bytes), 0..=n, 0..=n).prop_map(|(b, x, y)| (b, x.min(y), x.max(y) - x.min(y)))
    })
}

proptest! {
    #[test]
    fn copies((bytes, start, len) in place(), at in 0usize..20, fill in any::<u8>()) {
        let mut out = vec![fill; 70];
        let from = window(&bytes, start, len);
        // SAFETY: 70 bytes are room for 60 and an offset.
        unsafe { copy_bits(&from, out.as_mut_ptr(), at) };
        for i in 0..560 {
            let expected = if (at..at + len).contains(&i) { bit(&bytes, start + i - at) } else { bit(&[fill], i % 8) };
            prop_assert_eq!(bit(&out, i), expected, "bit {}", i);
        }
    }

    #[test]
    fn integers_come_back((bytes, start, len) in place(), at in 0usize..20, signed in any::<bool>(), little in any::<bool>()) {
        let mut a = Fragments::new();
        let from = window(&bytes, start, len);
        let t = extract_integer(&mut a, from, signed, little);
        let mut out = vec![0u8; 70];
        // SAFETY: 70 bytes are room for 60 and an offset.
        let written = unsafe { write_integer(out.as_mut_ptr(), at, len, t, little) };
        prop_assert!(written);
        prop_assert!(from.compare(&window(&out, at, len)).is_eq());
        prop_assert!((0..at).chain(at + len..560).all(|i| !bit(&out, i)));
        let again = extract_integer(&mut a, window(&out, at, len), signed, little);
        prop_assert!(exact_eq(t, again));
        // The value, bit by bit.
        if !little && len <= 62 {
            let raw = (0..len).fold(0i64, |v, i| v << 1 | i64::from(bit(&bytes, start + i)));
            let value = if signed && len > 0 && bit(&bytes, start) { raw - (1 << len) } else { raw };
            prop_assert_eq!(t.as_i64(), Some(value));
        }
        if little && len % 8 == 0 && len <= 56 && !signed {
            let value = (0..len / 8).rev().fold(0i64, |v, i| v << 8 | i64::from(from.byte(i)));
            prop_assert_eq!(t.as_i64(), Some(value));
        }
    }

    #[test]
    fn order_is_that_of_bits((x, sx, lx) in place(), (y, sy, ly) in place()) {
        let list = |b: &[u8], s, l| (0..l).map(|i| bit(b, s + i)).collect::<Vec<_>>();
        prop_assert_eq!(window(&x, sx, lx).compare(&window(&y, sy, ly)), list(&x, sx, lx).cmp(&list(&y, sy, ly)));
        let mut copy = vec![0; 70];
        // SAFETY: room for the bits and the offset.
        unsafe { copy_bits(&window(&x, sx, lx), copy.as_mut_ptr(), 3) };
        prop_assert!(window(&copy, 3, lx).compare(&window(&x, sx, lx)).is_eq());
    }

    #[test]
    fn code_points(v in prop_oneof![any::<char>().prop_map(u32::from), 0u32..0x12_0000], little in any::<bool>(), at in 0usize..8) {
        let check = |utf: Option<Utf>, get: &dyn Fn(Bits) -> Option<(u32, usize)>| {
            assert_eq!(utf.is_some(), valid_code_point(v));
            let Some(utf) = utf else { return };
            let bytes = utf.as_bytes();
            let mut out = vec![0xffu8; 6];
            // SAFETY: four bytes at most, and an offset of less than one.
            unsafe { copy_bits(&window(bytes, 0, bytes.len() * 8), out.as_mut_ptr(), at) };
            assert_eq!(get(window(&out, at, bytes.len() * 8)), Some((v, bytes.len() * 8)));
            assert_eq!(get(window(&out, at, bytes.len() * 8 - 1)), None);
        };
        check(put_utf8(v), &get_utf8);
        check(put_utf16(v, little), &|b| get_utf16(b, little));
        check(put_utf32(v, little), &|b| get_utf32(b, little));
    }

    #[test]
    fn floats(f in any::<f64>(), half in any::<u16>(), little in any::<bool>(), at in 0usize..8) {
        let mut a = Fragments::new();
        let t = build::float(&mut a, f);
        let mut out = [0u8; 9];
        // SAFETY: nine bytes are room for 64 bits and an offset of less than a byte.
        unsafe {
            prop_assert!(write_float(out.as_mut_ptr(), at, 64, t, little));
            let back = extract_float(window(&out, at, 64), little);
            prop_assert_eq!(back, Some(f).filter(|f| f.is_finite()));
            prop_assert!(write_float(out.as_mut_ptr(), at, 32, t, little));
            let back = extract_float(window(&out, at, 32), little);
            prop_assert_eq!(back, Some(f64::from(f as f32)).filter(|f| f.is_finite()));
        }
        // Each half comes back from its own value.
        if let Some(v) = extract_float(window(&half.to_be_bytes(), 0, 16), false) {
            let mut out = [0u8; 2];
            // SAFETY: two bytes are 16 bits.
            let written = unsafe { write_float(out.as_mut_ptr(), 0, 16, build::float(&mut a, v), false) };
            prop_assert!(written);
            prop_assert_eq!(u16::from_be_bytes(out), half);
        }
    }
}

#[test]
fn known_halves() {
    let half = |v: f64| {
        let mut a = Fragments::new();
        let mut out = [0u8; 2];
        // SAFETY: two bytes are 16 bits.
        unsafe { write_float(out.as_mut_ptr(), 0, 16, build::float(&mut a, v), false) }
            .then_some(u16::from_be_bytes(out))
    };
    assert_eq!(half(1.0), Some(0x3c00));
    assert_eq!(half(-2.5), Some(0xc100));
    assert_eq!(half(65_504.0), Some(0x7bff));
    assert_eq!(half(65_519.999_999_999), Some(0x7bff));
    assert_eq!(half(65_520.0), Some(0x7c00));
    assert_eq!(half(5.960_464_477_539_063e-8), Some(1));
    assert_eq!(half(1e-9), Some(0));
}
