//! Output that the socket can't take yet.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

#[derive(Debug, Default)]
pub struct Queue {
    pieces: VecDeque<Vec<u8>>,
    /// How much of the first piece is gone.
    gone: usize,
    len: usize,
}

/// Small pieces are put together up to this size.
const SMALL: usize = 4096;

impl Queue {
    pub const fn len(&self) -> usize {
        self.len
    }

    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub fn push(&mut self, bytes: &[u8]) {
        self.len += bytes.len();
        match self.pieces.back_mut() {
            _ if bytes.is_empty() => {}
            Some(last) if last.len() + bytes.len() <= SMALL => last.extend_from_slice(bytes),
            _ => self.pieces.push_back(bytes.to_vec()),
        }
    }

    /// The first pieces, of at most so many bytes.
    pub fn front(&self, most: usize) -> Vec<&[u8]> {
        let mut left = most;
        let mut front = Vec::new();
        for (n, piece) in self.pieces.iter().take(64).enumerate() {
            let piece = if n == 0 { &piece[self.gone..] } else { &piece[..] };
            front.push(&piece[..piece.len().min(left)]);
            left -= piece.len().min(left);
            if left == 0 {
                break;
            }
        }
        front
    }

    /// So many bytes are sent.
    pub fn pop(&mut self, mut n: usize) {
        self.len = self.len.saturating_sub(n);
        while let Some(first) = self.pieces.front() {
            let left = first.len() - self.gone;
            if n < left {
                self.gone += n;
                return;
            }
            n -= left;
            self.gone = 0;
            self.pieces.pop_front();
        }
    }

    pub fn clear(&mut self) {
        *self = Queue::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_out_as_they_went_in() {
        let mut queue = Queue::default();
        let (mut written, mut read) = (Vec::new(), Vec::new());
        for round in 0..200usize {
            let bytes: Vec<u8> = (0..(round * 977) % 6000).map(|n| (n + round) as u8).collect();
            queue.push(&bytes);
            written.extend(bytes);
            let front = queue.front((round * 7919) % 9000).concat();
            queue.pop(front.len());
            read.extend(front);
            assert_eq!(queue.len(), written.len() - read.len());
        }
        while !queue.is_empty() {
            let front = queue.front(1000).concat();
            queue.pop(front.len());
            read.extend(front);
        }
        assert!(read == written);
    }
}
