//! Memory for connections' buffers: a fixed amount, of which each new connection gets a part of what is left.

#[derive(Debug)]
pub(crate) struct Budget {
    left: usize,
    all: usize,
}

/// A new connection's part of what is left, while that is at least half of all, and a quarter; with less, it gets the
/// least that there is.
const PART: usize = 64;
const SMALL_PART: usize = 512;
pub(crate) const LEAST: usize = 2048;
const MOST: usize = 128 << 10;

impl Budget {
    pub fn new(bytes: usize) -> Self {
        Budget { left: bytes, all: bytes }
    }

    /// Sizes for a buffer in each direction: what was asked for, else by what is left; `None` when that is too little.
    pub fn take(&mut self, receive: Option<usize>, send: Option<usize>) -> Option<(usize, usize)> {
        let part = match self.left {
            left if left >= self.all / 2 => left / PART,
            left if left >= self.all / 4 => left / SMALL_PART,
            _ => 0,
        };
        let usual = (part / 2).clamp(LEAST, MOST);
        let (receive, send) = (receive.unwrap_or(usual), send.unwrap_or(usual));
        self.left = self.left.checked_sub(receive + send)?;
        Some((receive, send))
    }

    /// Room for something else.
    pub fn take_bytes(&mut self, bytes: usize) -> bool {
        let left = self.left.checked_sub(bytes);
        self.left = left.unwrap_or(self.left);
        left.is_some()
    }

    pub fn give(&mut self, bytes: usize) {
        self.left += bytes;
    }

    pub fn left(&self) -> usize {
        self.left
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_shrink_and_come_back() {
        let mut budget = Budget::new(8 << 20);
        let mut taken = alloc::vec::Vec::new();
        while let Some(sizes) = budget.take(None, None) {
            taken.push(sizes);
        }
        assert_eq!(taken[0], (64 << 10, 64 << 10));
        assert_eq!(taken.last(), Some(&(LEAST, LEAST)));
        assert!(taken.len() > 800, "{}", taken.len());
        assert!(taken.iter().is_sorted_by(|a, b| a >= b));
        for (receive, send) in taken {
            budget.give(receive + send);
        }
        assert_eq!(budget.left(), 8 << 20);
        assert_eq!(budget.take(Some(100), Some(1 << 20)), Some((100, 1 << 20)));
        assert_eq!(budget.take(Some(1 << 30), None), None);
    }
}
