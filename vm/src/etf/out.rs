//! Where an encoding goes: bytes, or only a count of them.

use alloc::vec::Vec;

/// Where an encoding goes.
pub trait Out {
    fn put(&mut self, bytes: &[u8]);
    /// How many bytes came so far.
    fn count(&self) -> usize;
    /// The bytes of a string, or of a binary that begins within a byte.
    fn put_all(&mut self, bytes: impl ExactSizeIterator<Item = u8>);
    /// Four bytes that were put before turn out to be others.
    fn patch(&mut self, at: usize, bytes: [u8; 4]);
}

impl Out for Vec<u8> {
    #[inline(always)]
    fn put(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }

    fn count(&self) -> usize {
        self.len()
    }

    fn put_all(&mut self, bytes: impl ExactSizeIterator<Item = u8>) {
        self.extend(bytes);
    }

    fn patch(&mut self, at: usize, bytes: [u8; 4]) {
        self[at..at + 4].copy_from_slice(&bytes);
    }
}

/// Only counts.
#[derive(Debug, Default)]
pub struct Count(usize);

impl Out for Count {
    #[inline(always)]
    fn put(&mut self, bytes: &[u8]) {
        self.0 += bytes.len();
    }

    fn count(&self) -> usize {
        self.0
    }

    fn put_all(&mut self, bytes: impl ExactSizeIterator<Item = u8>) {
        self.0 += bytes.len();
    }

    fn patch(&mut self, _at: usize, _bytes: [u8; 4]) {}
}
