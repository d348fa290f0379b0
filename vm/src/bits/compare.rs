//! The order of bitstrings: bit by bit, a prefix first.

use core::cmp::Ordering;

use crate::term::Bits;

impl Bits {
    /// Up to 64 bits from bit `at` of the window on, in the highest bits of the word; what is behind the end is zero.
    #[inline]
    #[must_use]
    pub fn word(&self, at: usize) -> u64 {
        let left = self.len.saturating_sub(at);
        if left == 0 {
            return 0;
        }
        let bit = self.start + at;
        let shift = (bit & 7) as u32;
        // Bytes that hold bits of the window: never more are read.
        let n = (shift as usize + left.min(64)).div_ceil(8);
        // SAFETY: `n` bytes from there on hold bits of the window.
        let bytes = unsafe { core::slice::from_raw_parts(self.base().add(bit >> 3), n) };
        let mut buf = [0; 8];
        buf[..n.min(8)].copy_from_slice(&bytes[..n.min(8)]);
        let mut word = u64::from_be_bytes(buf) << shift;
        if n == 9 {
            word |= u64::from(bytes[8]) >> (8 - shift);
        }
        if left < 64 { word & !(u64::MAX >> left) } else { word }
    }

    /// How two windows compare as Erlang orders bitstrings.
    #[must_use]
    pub fn compare(&self, other: &Bits) -> Ordering {
        if let (Some(x), Some(y)) = (self.as_bytes(), other.as_bytes()) {
            return x.cmp(y);
        }
        let n = self.len.min(other.len);
        let mut at = 0;
        while at < n {
            let (mut x, mut y) = (self.word(at), other.word(at));
            if n - at < 64 {
                let mask = !(u64::MAX >> (n - at));
                (x, y) = (x & mask, y & mask);
            }
            if x != y {
                return x.cmp(&y);
            }
            at += 64;
        }
        self.len.cmp(&other.len)
    }
}
