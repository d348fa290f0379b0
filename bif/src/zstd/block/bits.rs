//! Bits on their way out, lowest first (RFC 8878, 4.1 and 4.2: what is read backwards is written in reverse).

use alloc::vec::Vec;

pub(super) struct Bits<'a> {
    out: &'a mut Vec<u8>,
    bits: u64,
    used: u32,
}

impl<'a> Bits<'a> {
    pub(super) const fn new(out: &'a mut Vec<u8>) -> Bits<'a> {
        Bits { out, bits: 0, used: 0 }
    }

    /// The lowest `n` bits, up to 32, of a value without others.
    #[inline]
    pub(super) fn put(&mut self, value: u32, n: u32) {
        self.bits |= u64::from(value) << self.used;
        self.used += n;
        if self.used >= 32 {
            self.out.extend_from_slice(&(self.bits as u32).to_le_bytes());
            self.bits >>= 32;
            self.used -= 32;
        }
    }

    /// Fills the last byte up with zeros.
    pub(super) fn align(self) {
        let bytes = self.used.div_ceil(8) as usize;
        self.out.extend(self.bits.to_le_bytes().iter().take(bytes));
    }

    /// Ends what is read backwards: the highest one bit shows where.
    pub(super) fn close(mut self) {
        self.put(1, 1);
        self.align();
    }
}

/// `log2(n)` in 256ths; 0 for 0. (Between powers of two a parabola, a hundredth off at most.)
pub(in crate::zstd) const fn log2(n: u32) -> u32 {
    if n == 0 {
        return 0;
    }
    let whole = n.ilog2();
    let part = (((n as u64) << 16 >> whole) - (1 << 16)) as u32;
    let bow = ((part as u64 * (65_536 - part as u64)) >> 16) as u32;
    (whole << 8) + ((part + bow / 3) >> 8)
}
