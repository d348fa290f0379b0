//! What a codec has made and nobody has fetched.

use alloc::vec::Vec;

#[derive(Default)]
pub(super) struct Output {
    pub bytes: Vec<u8>,
    from: usize,
}

impl Output {
    pub(super) fn len(&self) -> usize {
        self.bytes.len() - self.from
    }

    /// Fetches up to `n` bytes.
    pub(super) fn take(&mut self, n: usize) -> Vec<u8> {
        let to = self.from + n.min(self.len());
        let taken = self.bytes[self.from..to].to_vec();
        self.from = to;
        if self.from == self.bytes.len() {
            self.clear();
        }
        taken
    }

    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.from = 0;
    }
}
