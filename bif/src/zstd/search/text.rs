//! The text that a block may refer to: a piece that is being filled, and the one before it (at first a dictionary). When a
//! piece is full it takes the other's place, so that nothing is ever moved.

use alloc::vec::Vec;

/// More than this is not looked at, however large the window is.
const MOST: usize = 1 << 30;

pub(super) struct Text {
    old: Vec<u8>,
    new: Vec<u8>,
    /// The position of `new`'s first byte. 0 is no position.
    base: u32,
    /// `new` is full with so many bytes.
    size: usize,
}

impl Text {
    pub(super) fn new(window: usize, block: usize, dictionary: &[u8]) -> Text {
        let old = dictionary[dictionary.len() - dictionary.len().min(MOST)..].to_vec();
        let base = 1 + old.len() as u32;
        Text { old, new: Vec::new(), base, size: window.min(MOST) + block }
    }

    pub(super) const fn start(&self) -> u32 {
        self.base - self.old.len() as u32
    }

    pub(super) const fn end(&self) -> u32 {
        self.base + self.new.len() as u32
    }

    /// Is there no room for so many bytes more?
    pub(super) const fn is_full(&self, more: usize) -> bool {
        self.new.len() + more > self.size
    }

    /// Begins a new piece; what was before the last one is forgotten.
    pub(super) fn turn(&mut self) {
        self.base = self.end();
        core::mem::swap(&mut self.old, &mut self.new);
        self.new.clear();
    }

    /// Positions become smaller by so much.
    pub(super) fn shift(&mut self, by: u32) {
        self.base -= by;
    }

    pub(super) fn extend(&mut self, bytes: &[u8]) {
        self.new.extend_from_slice(bytes);
    }

    /// What lies behind a position of the new piece.
    #[inline]
    pub(super) fn from(&self, at: u32) -> &[u8] {
        self.new.get(at.wrapping_sub(self.base) as usize..).unwrap_or_default()
    }

    #[inline]
    pub(super) fn byte(&self, at: u32) -> Option<u8> {
        match at.checked_sub(self.base) {
            Some(i) => self.new.get(i as usize).copied(),
            None => self.old.get((at - self.start()) as usize).copied(),
        }
    }

    /// Eight bytes; none across the end of a piece.
    #[inline]
    pub(super) fn word(&self, at: u32) -> Option<u64> {
        match at.checked_sub(self.base) {
            Some(i) => self.new.get(i as usize..)?.first_chunk(),
            None => self.old.get(at.checked_sub(self.start())? as usize..)?.first_chunk(),
        }
        .map(|b| u64::from_le_bytes(*b))
    }

    /// Four bytes; none across the end of a piece.
    #[inline]
    pub(super) fn half(&self, at: u32) -> Option<u32> {
        match at.checked_sub(self.base) {
            Some(i) => self.new.get(i as usize..)?.first_chunk(),
            None => self.old.get(at.checked_sub(self.start())? as usize..)?.first_chunk(),
        }
        .map(|b| u32::from_le_bytes(*b))
    }

    /// Where the piece ends that a position is in.
    pub(super) const fn end_of(&self, at: u32) -> u32 {
        if at < self.base { self.base } else { self.end() }
    }

    /// For how long the text at two positions is the same, up to the end of the later one's piece.
    #[inline]
    pub(super) fn common(&self, from: u32, at: u32) -> u32 {
        self.common_up_to(from, at, u32::MAX)
    }

    /// The same, but for so many bytes at most.
    #[inline]
    pub(super) fn common_up_to(&self, from: u32, at: u32, most: u32) -> u32 {
        let old = |at: u32| self.old.get(at.wrapping_sub(self.start()) as usize..).unwrap_or_default();
        let here = if at < self.base { old(at) } else { self.from(at) };
        let here = &here[..here.len().min(most as usize)];
        if from >= self.base {
            return prefix(self.from(from), here) as u32;
        }
        let there = old(from);
        let n = prefix(there, here);
        (if n == there.len() && at >= self.base { n + prefix(&self.new, &here[n..]) } else { n }) as u32
    }
}

#[inline]
fn prefix(a: &[u8], b: &[u8]) -> usize {
    let n = a.len().min(b.len());
    let (a, b) = (&a[..n], &b[..n]);
    let (mut a_words, mut b_words) = (a.chunks_exact(8), b.chunks_exact(8));
    let mut i = 0;
    for (x, y) in a_words.by_ref().zip(b_words.by_ref()) {
        let word = |b: &[u8]| b.first_chunk().map_or(0, |b| u64::from_le_bytes(*b));
        let differing = word(x) ^ word(y);
        if differing != 0 {
            return i + differing.trailing_zeros() as usize / 8;
        }
        i += 8;
    }
    i + a_words.remainder().iter().zip(b_words.remainder()).take_while(|(x, y)| x == y).count()
}
