//! The window of what was compressed last and what comes next, with chains of places that begin alike (`deflate.c`).

use alloc::vec::Vec;

pub(super) const SHORTEST: usize = 3;
pub(super) const LONGEST: usize = 258;
/// With less than this ahead, a match might be cut short for want of input.
pub(super) const LOOKAHEAD: usize = LONGEST + SHORTEST + 1;

/// How hard to look for matches.
#[derive(Debug, Clone, Copy)]
pub(super) struct Effort {
    /// A match of this length quarters the search for a better one.
    pub good: usize,
    /// A match of this length is taken without a look at the next place.
    pub lazy: usize,
    /// A match of this length ends the search.
    pub nice: usize,
    pub chain: usize,
}

pub(super) struct Window {
    pub bytes: Vec<u8>,
    /// The window's size, half of `bytes`.
    pub size: usize,
    /// By hash of three bytes, the last place that begins with them; 0 is none.
    head: Vec<u16>,
    /// By place, the one before it with the same hash.
    previous: Vec<u16>,
    hash: usize,
    hash_mask: usize,
    hash_shift: u32,
    /// The next byte to compress.
    pub at: usize,
    /// Bytes from there on.
    pub ahead: usize,
    /// Where the block that is being collected begins: before the window if that was too long ago.
    pub block: isize,
    /// Places before `at` that are not yet in the chains.
    pub late: usize,
    /// Where the match found last begins.
    pub match_at: usize,
}

impl Window {
    pub(super) fn new(bits: u32, memory: u32) -> Window {
        let size = 1 << bits;
        Window {
            bytes: alloc::vec![0; 2 * size],
            size,
            head: alloc::vec![0; 1 << (memory + 7)],
            previous: alloc::vec![0; size],
            hash: 0,
            hash_mask: (1 << (memory + 7)) - 1,
            hash_shift: (memory + 7).div_ceil(3),
            at: 0,
            ahead: 0,
            block: 0,
            late: 0,
            match_at: 0,
        }
    }

    pub(super) fn reset(&mut self) {
        self.forget();
        (self.at, self.ahead, self.block, self.late, self.match_at, self.hash) = (0, 0, 0, 0, 0, 0);
    }

    /// Empties the chains: nothing before here will be matched.
    pub(super) fn forget(&mut self) {
        self.head.fill(0);
    }

    /// The farthest match.
    pub(super) const fn reach(&self) -> usize {
        self.size - LOOKAHEAD
    }

    /// The bytes of the block, if they are all there.
    pub(super) fn block_bytes(&self) -> Option<&[u8]> {
        usize::try_from(self.block).ok().map(|start| &self.bytes[start..self.at])
    }

    pub(super) const fn block_length(&self) -> usize {
        (self.at as isize - self.block) as usize
    }

    fn roll(&mut self, b: u8) {
        self.hash = ((self.hash << self.hash_shift) ^ usize::from(b)) & self.hash_mask;
    }

    /// Begins the hash anew with the two bytes at `at`.
    pub(super) fn rehash(&mut self, at: usize) {
        self.hash = usize::from(self.bytes[at]);
        self.roll(self.bytes[at + 1]);
    }

    /// Puts a place into its chain; answers the one before it there.
    pub(super) fn insert(&mut self, at: usize) -> usize {
        self.roll(self.bytes[at + 2]);
        let before = self.head[self.hash];
        self.previous[at & (self.size - 1)] = before;
        self.head[self.hash] = at as u16;
        usize::from(before)
    }

    pub(super) fn enter(&mut self, at: usize) {
        self.insert(at);
    }

    /// Moves all places in the chains down by the window's size.
    pub(super) fn slide_chains(&mut self) {
        let size = self.size as u16;
        self.head.iter_mut().chain(&mut self.previous).for_each(|place| *place = place.saturating_sub(size));
    }

    /// Moves the upper half down.
    fn slide(&mut self) {
        let (low, high) = self.bytes.split_at_mut(self.size);
        low.copy_from_slice(high);
        self.match_at = self.match_at.wrapping_sub(self.size);
        self.at -= self.size;
        self.block -= self.size as isize;
        self.late = self.late.min(self.at);
        self.slide_chains();
    }

    /// Takes in what there is room for until there is enough ahead. Answers how much it took.
    pub(super) fn fill(&mut self, input: &[u8]) -> usize {
        let mut used = 0;
        loop {
            if self.at >= self.size + self.reach() {
                self.slide();
            }
            if used == input.len() {
                return used;
            }
            let end = self.at + self.ahead;
            let n = (self.bytes.len() - end).min(input.len() - used);
            self.bytes[end..end + n].copy_from_slice(&input[used..used + n]);
            used += n;
            self.ahead += n;
            if self.ahead + self.late >= SHORTEST {
                self.rehash(self.at - self.late);
                while self.late > 0 {
                    self.enter(self.at - self.late);
                    self.late -= 1;
                    if self.ahead + self.late < SHORTEST {
                        break;
                    }
                }
            }
            if self.ahead >= LOOKAHEAD || used == input.len() {
                return used;
            }
        }
    }

    /// Puts a dictionary before what is to come.
    pub(super) fn preset(&mut self, bytes: &[u8]) {
        let mut used = self.fill(bytes);
        while self.ahead >= SHORTEST {
            let end = self.at + self.ahead - (SHORTEST - 1);
            (self.at..end).for_each(|at| self.enter(at));
            self.at = end;
            self.ahead = SHORTEST - 1;
            used += self.fill(&bytes[used..]);
        }
        self.at += self.ahead;
        self.block = self.at as isize;
        self.late = self.ahead;
        self.ahead = 0;
    }

    /// The longest match along the chain from `place`, longer than `best` if there is one. Sets `match_at`.
    pub(super) fn longest_match(&mut self, mut place: usize, mut best: usize, effort: Effort) -> usize {
        let mask = self.size - 1;
        let limit = self.at.saturating_sub(self.reach());
        let mut chain = if best >= effort.good { effort.chain >> 2 } else { effort.chain };
        if best >= self.ahead {
            return self.ahead;
        }
        let most = LONGEST.min(self.ahead);
        let nice = effort.nice.min(self.ahead);
        let (bytes, at) = (&self.bytes[..], self.at);
        let here = &bytes[at..at + most];
        // The byte that a longer match adds, and the one before; right after a match `best` is 0, and that is the byte
        // before the place.
        let last = |place: usize, best: usize| [bytes[place + best - 1], bytes[place + best]];
        let mut end = last(at, best);
        loop {
            if last(place, best) == end && bytes[place..place + 2] == here[..2] {
                let length = common(here, &bytes[place..place + most]);
                if length > best {
                    self.match_at = place;
                    best = length;
                    if length >= nice {
                        return length;
                    }
                    end = last(at, best);
                }
            }
            place = usize::from(self.previous[place & mask]);
            chain -= 1;
            if place <= limit || chain == 0 {
                return best;
            }
        }
    }
}

/// How many bytes are the same at the start.
fn common(a: &[u8], b: &[u8]) -> usize {
    let mut n = 0;
    for (x, y) in a.chunks_exact(8).zip(b.chunks_exact(8)) {
        let word = |w: &[u8]| u64::from_le_bytes(w.try_into().unwrap_or_default());
        let different = word(x) ^ word(y);
        if different != 0 {
            return n + (different.trailing_zeros() / 8) as usize;
        }
        n += 8;
    }
    n + a[n..].iter().zip(&b[n..]).take_while(|(x, y)| x == y).count()
}
