//! Bits on their way out, lowest first, and the bytes that wait for room (RFC 1951, 3.1.1).

use alloc::vec::Vec;

#[derive(Debug, Default)]
pub(super) struct Output {
    pending: Vec<u8>,
    /// How much of `pending` has gone.
    gone: usize,
    bits: u64,
    used: u32,
}

impl Output {
    pub(super) fn bytes(&mut self, b: &[u8]) {
        self.pending.extend_from_slice(b);
    }

    /// Puts the lowest `n` bits (up to 16) of a value without others.
    pub(super) fn put(&mut self, value: u32, n: u32) {
        self.bits |= u64::from(value) << self.used;
        self.used += n;
        if self.used >= 32 {
            self.pending.extend_from_slice(&(self.bits as u32).to_le_bytes());
            self.bits >>= 32;
            self.used -= 32;
        }
    }

    /// Moves whole bytes on; fewer than eight bits stay.
    pub(super) fn settle(&mut self) {
        while self.used >= 8 {
            self.pending.push(self.bits as u8);
            self.bits >>= 8;
            self.used -= 8;
        }
    }

    /// Pads to a whole byte.
    pub(super) fn align(&mut self) {
        self.settle();
        if self.used > 0 {
            self.pending.push(self.bits as u8);
        }
        self.bits = 0;
        self.used = 0;
    }

    /// The bits that wait for a whole byte, after [`Output::settle`].
    pub(super) const fn loose(&self) -> usize {
        self.used as usize
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.gone == self.pending.len()
    }

    /// Hands over what there is room for; answers how much.
    pub(super) fn drain(&mut self, to: &mut [u8]) -> usize {
        self.settle();
        let n = to.len().min(self.pending.len() - self.gone);
        to[..n].copy_from_slice(&self.pending[self.gone..self.gone + n]);
        self.gone += n;
        if self.gone == self.pending.len() {
            self.pending.clear();
            self.gone = 0;
        }
        n
    }
}
