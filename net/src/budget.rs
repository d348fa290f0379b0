//! Memory for connections' buffers: a fixed amount. Each begins with little; who needs more gets a part of what is left.

#[derive(Debug)]
pub(crate) struct Budget {
    left: usize,
    all: usize,
}

/// What is given to one that needs more, of what is left while that is at least half of all, and a quarter; then a little,
/// while there is any.
const PART: usize = 64;
const SMALL_PART: usize = 512;
const LITTLE: usize = 16384;
/// Where a connection begins, to receive and to send, while hardly anything is in use; and then.
const BEGINNING: [usize; 2] = [8192, 8192];
const LEAST: [usize; 2] = [1536, 256];
const MOST: usize = 256 << 10;

impl Budget {
    pub fn new(bytes: usize) -> Self {
        Budget { left: bytes, all: bytes }
    }

    /// Sizes for a new connection's buffers: what was asked for, else by what is left; `None` when that is too little.
    pub fn take(&mut self, receive: Option<usize>, send: Option<usize>) -> Option<(usize, usize)> {
        let [r, s] = if self.left >= self.all / 8 * 7 { BEGINNING } else { LEAST };
        let (receive, send) = (receive.unwrap_or(r), send.unwrap_or(s));
        self.left = self.left.checked_sub(receive + send)?;
        Some((receive, send))
    }

    /// The least for one.
    pub fn least(&self, receive: Option<usize>, send: Option<usize>) -> [usize; 2] {
        [receive.unwrap_or(LEAST[0]), send.unwrap_or(LEAST[1])]
    }

    /// The size of each buffer of one that needs more.
    pub fn usual(&self) -> usize {
        let part = match self.left {
            left if left >= self.all / 2 => left / PART,
            left if left >= self.all / 4 => left / SMALL_PART,
            left => LITTLE.min(left / 64),
        };
        (part / 2).min(MOST)
    }

    pub fn is_short(&self) -> bool {
        self.left < self.all / 2
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
    fn there_is_room_for_many() {
        let mut budget = Budget::new(8 << 20);
        assert_eq!(budget.usual(), 64 << 10);
        let mut taken = alloc::vec::Vec::new();
        while let Some(sizes) = budget.take(None, None) {
            taken.push(sizes);
        }
        assert_eq!(taken[0], (8192, 8192));
        assert_eq!(taken.last(), Some(&(1536, 256)));
        assert!(taken.len() > 4000, "{}", taken.len());
        assert!(budget.usual() < 100);
        for (receive, send) in taken {
            budget.give(receive + send);
        }
        assert_eq!(budget.left(), 8 << 20);
        assert_eq!(budget.take(Some(100), Some(1 << 20)), Some((100, 1 << 20)));
        assert_eq!(budget.take(Some(1 << 30), None), None);
    }
}
