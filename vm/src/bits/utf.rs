//! `utf8`, `utf16` and `utf32` of the bit syntax.

use crate::term::Bits;

/// An encoded code point: so many bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Utf {
    bytes: [u8; 4],
    len: u8,
}

impl Utf {
    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }
}

/// Is it a code point, and no surrogate?
#[must_use]
pub const fn valid_code_point(v: u32) -> bool {
    v < 0xd800 || (v >= 0xe000 && v <= 0x10_ffff)
}

/// The code point at a window's start, and how many bits it takes.
#[inline]
#[must_use]
pub fn get_utf8(bits: Bits) -> Option<(u32, usize)> {
    let b = bits.word(0).to_be_bytes();
    let (n, mut v, least) = match b[0] {
        0..=0x7f => (1, u32::from(b[0]), 0),
        0xc2..=0xdf => (2, u32::from(b[0] & 0x1f), 0x80),
        0xe0..=0xef => (3, u32::from(b[0] & 0x0f), 0x800),
        0xf0..=0xf4 => (4, u32::from(b[0] & 0x07), 0x1_0000),
        _ => return None,
    };
    if bits.len < n * 8 {
        return None;
    }
    for byte in &b[1..n] {
        if byte & 0xc0 != 0x80 {
            return None;
        }
        v = v << 6 | u32::from(byte & 0x3f);
    }
    (v >= least && valid_code_point(v)).then_some((v, n * 8))
}

/// As [`get_utf8`], for UTF-16.
#[must_use]
pub fn get_utf16(bits: Bits, little: bool) -> Option<(u32, usize)> {
    let b = bits.word(0).to_be_bytes();
    let unit = |i: usize| {
        let pair = [b[i], b[i + 1]];
        u32::from(if little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) })
    };
    if bits.len < 16 {
        return None;
    }
    match unit(0) {
        high @ 0xd800..=0xdbff if bits.len >= 32 => match unit(2) {
            low @ 0xdc00..=0xdfff => Some((0x1_0000 + ((high & 0x3ff) << 10 | (low & 0x3ff)), 32)),
            _ => None,
        },
        0xd800..=0xdfff => None,
        v => Some((v, 16)),
    }
}

/// As [`get_utf8`], for UTF-32.
#[must_use]
pub fn get_utf32(bits: Bits, little: bool) -> Option<(u32, usize)> {
    if bits.len < 32 {
        return None;
    }
    let v = (bits.word(0) >> 32) as u32;
    let v = if little { v.swap_bytes() } else { v };
    valid_code_point(v).then_some((v, 32))
}

/// A code point as UTF-8; none when it is none.
#[inline]
#[must_use]
pub fn put_utf8(v: u32) -> Option<Utf> {
    let c = char::from_u32(v)?;
    let mut bytes = [0; 4];
    let len = c.encode_utf8(&mut bytes).len() as u8;
    Some(Utf { bytes, len })
}

/// A code point as UTF-16; none when it is none.
#[must_use]
pub fn put_utf16(v: u32, little: bool) -> Option<Utf> {
    let c = char::from_u32(v)?;
    let mut units = [0; 2];
    let units = c.encode_utf16(&mut units);
    let mut bytes = [0; 4];
    for (i, unit) in units.iter().enumerate() {
        bytes[2 * i..2 * i + 2].copy_from_slice(&if little { unit.to_le_bytes() } else { unit.to_be_bytes() });
    }
    Some(Utf { bytes, len: 2 * units.len() as u8 })
}

/// A code point as UTF-32; none when it is none.
#[must_use]
pub fn put_utf32(v: u32, little: bool) -> Option<Utf> {
    let bytes = if little { v.to_le_bytes() } else { v.to_be_bytes() };
    valid_code_point(v).then_some(Utf { bytes, len: 4 })
}
