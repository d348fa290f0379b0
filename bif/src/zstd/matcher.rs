//! Finding repetitions: chains of positions with the same hash. The level says how many of them are tried.

use alloc::vec::Vec;

use ruzstd::encoding::{CompressionLevel, Matcher, Sequence};

use super::frame::BLOCK;

/// Repetitions are at least so long.
const LEAST: usize = 4;
/// Shorter ones than this are not worth a long way back.
const LEAST_FAR: usize = 6;
const FAR: usize = 1 << 16;
/// The encoder writes so many bytes as they are.
const FEW: usize = 1024;
const MAX_HASH_LOG: u32 = 17;
const MAX_CHAIN: usize = 1 << 17;

/// How hard to look.
#[derive(Clone, Copy)]
pub(super) struct Effort {
    /// Positions tried for each.
    pub tries: usize,
    /// Look at the next byte, too, before a repetition is taken.
    pub lazy: bool,
    /// Bytes that a vain search passes over.
    pub step: usize,
}

impl Effort {
    pub(super) fn of_level(level: i32) -> Effort {
        let tries = match level {
            ..=1 => 1,
            2 => 2,
            3..=4 => 6,
            5..=8 => 16,
            9..=15 => 48,
            _ => 160,
        };
        Effort { tries, lazy: level >= 5, step: 1 + level.min(0).unsigned_abs().min(64) as usize / 2 }
    }
}

/// A repetition: where, how far back its text lies, how long it is.
struct Repetition {
    at: usize,
    offset: usize,
    length: usize,
}

pub(super) struct Finder {
    /// The text that may be referred to, then the block at hand.
    data: Vec<u8>,
    /// Where the block begins, and where the frame (behind a dictionary).
    start: usize,
    origin: usize,
    /// Bytes of the frame up to the block's end.
    total: u64,
    window: usize,
    effort: Effort,
    hash_log: u32,
    /// For each hash the last position with it, one higher; 0 for none.
    heads: Vec<u32>,
    /// For each position the one before it with the same hash.
    chain: Vec<u32>,
    space: Vec<u8>,
}

impl Finder {
    /// For a frame that is `expected` bytes long at most, behind a dictionary.
    pub(super) fn new(window: usize, expected: usize, effort: Effort, dictionary: &[u8]) -> Finder {
        let size = expected.min(window).saturating_add(dictionary.len()).clamp(256, 1 << 30).next_power_of_two();
        let hash_log = size.ilog2().min(MAX_HASH_LOG);
        let mut finder = Finder {
            data: dictionary.to_vec(),
            start: dictionary.len(),
            origin: dictionary.len(),
            total: 0,
            window,
            effort,
            hash_log,
            heads: alloc::vec![0; 1 << hash_log],
            chain: alloc::vec![0; size.min(MAX_CHAIN)],
            space: Vec::new(),
        };
        (0..finder.start).for_each(|at| finder.insert(at));
        finder
    }

    fn hash(&self, at: usize) -> Option<usize> {
        let word: [u8; LEAST] = self.data.get(at..at + LEAST)?.try_into().ok()?;
        Some((u32::from_le_bytes(word).wrapping_mul(0x9e37_79b1) >> (32 - self.hash_log)) as usize)
    }

    fn insert(&mut self, at: usize) {
        if let Some(hash) = self.hash(at) {
            let slot = at & (self.chain.len() - 1);
            self.chain[slot] = core::mem::replace(&mut self.heads[hash], at as u32 + 1);
        }
    }

    /// The longest repetition at a position: how far back, how long.
    fn find(&self, at: usize, floor: usize) -> Option<(usize, usize)> {
        let mut next = self.heads[self.hash(at)?] as usize;
        let here = &self.data[at..];
        let (mut distance, mut best) = (0, LEAST - 1);
        for _ in 0..self.effort.tries {
            // Places in the chain are used again: what does not lie further back is of a later position.
            let Some(from) = next.checked_sub(1).filter(|from| (floor..at).contains(from)) else { break };
            let there = &self.data[from..];
            if here.len() > best && there[best] == here[best] {
                let length = here.iter().zip(there).take_while(|(a, b)| a == b).count();
                if length > best && (length >= LEAST_FAR || at - from < FAR) {
                    (distance, best) = (at - from, length);
                }
            }
            next = self.chain[from & (self.chain.len() - 1)] as usize;
            if next > from || at - from >= self.chain.len() {
                break;
            }
        }
        (distance > 0).then_some((distance, best))
    }

    /// Those of the block at hand.
    fn repetitions(&mut self) -> Vec<Repetition> {
        let end = self.data.len();
        // Beyond the window a dictionary is out of reach.
        let whole = self.total <= self.window as u64;
        let (origin, window) = (self.origin, self.window);
        let floor = |at: usize| if whole { 0 } else { origin.max(at.saturating_sub(window)) };
        let (mut at, mut plain) = (self.start, self.start);
        let mut all = Vec::new();
        while at + LEAST < end {
            let mut hit = self.find(at, floor(at));
            self.insert(at);
            if let (true, Some((_, length))) = (self.effort.lazy, hit)
                && let Some(better) = self.find(at + 1, floor(at + 1)).filter(|b| b.1 > length + 1)
            {
                at += 1;
                self.insert(at);
                hit = Some(better);
            }
            let Some((offset, length)) = hit else {
                at += self.effort.step + (at - plain) / 256;
                continue;
            };
            all.push(Repetition { at, offset, length });
            let next = at + length;
            let stride = if self.effort.tries > 1 { 1 } else { 4 };
            (at + 1..next).step_by(stride).for_each(|i| self.insert(i));
            (at, plain) = (next, next);
        }
        all
    }

    /// Are the bytes outside of the repetitions so many that the encoder makes a table for them, and all the same?
    fn is_uniform(&self, repetitions: &[Repetition]) -> bool {
        let repeated: usize = repetitions.iter().map(|r| r.length).sum();
        if self.data.len() - self.start - repeated <= FEW {
            return false;
        }
        let starts = core::iter::once(self.start).chain(repetitions.iter().map(|r| r.at + r.length));
        let ends = repetitions.iter().map(|r| r.at).chain(core::iter::once(self.data.len()));
        let mut bytes = starts.zip(ends).flat_map(|(from, to)| &self.data[from..to]);
        let first = bytes.next();
        bytes.all(|b| Some(b) == first)
    }

    /// Forgets what lies too far back, once in a while.
    fn cut(&mut self) {
        let keep = self.window.max(BLOCK);
        if self.data.len() < 2 * keep + self.origin + BLOCK {
            return;
        }
        // The chain's places stay the same.
        let cut = (self.data.len() - keep) & !(self.chain.len() - 1);
        self.data.drain(..cut);
        self.origin = self.origin.saturating_sub(cut);
        for n in self.heads.iter_mut().chain(&mut self.chain) {
            *n = n.saturating_sub(cut as u32);
        }
    }
}

impl Matcher for Finder {
    fn get_next_space(&mut self) -> Vec<u8> {
        // One more than a block: the encoder sees that there is no more to come.
        let mut space = core::mem::take(&mut self.space);
        space.resize(BLOCK + 1, 0);
        space
    }

    fn get_last_space(&mut self) -> &[u8] {
        &self.data[self.start..]
    }

    fn commit_space(&mut self, space: Vec<u8>) {
        self.cut();
        self.start = self.data.len();
        self.total += space.len() as u64;
        self.data.extend_from_slice(&space);
        self.space = space;
    }

    fn skip_matching(&mut self) {
        self.insert(self.start);
    }

    fn start_matching(&mut self, mut found: impl for<'a> FnMut(Sequence<'a>)) {
        let mut repetitions = self.repetitions();
        // The encoder's tables need two symbols at least: so not all repetitions may lie side by side …
        if let Some(first) = repetitions.first_mut()
            && first.at == self.start
        {
            first.at += 1;
            first.length -= 1;
        }
        // … and of many bytes that are no part of one there must be two different ones.
        if self.is_uniform(&repetitions) {
            repetitions.clear();
        }
        let mut plain = self.start;
        for r in &repetitions {
            found(Sequence::Triple { literals: &self.data[plain..r.at], offset: r.offset, match_len: r.length });
            plain = r.at + r.length;
        }
        found(Sequence::Literals { literals: &self.data[plain..] });
    }

    fn reset(&mut self, _: CompressionLevel) {
        // Each block goes through the encoder as a frame of its own; here they are one.
    }

    fn window_size(&self) -> u64 {
        // Of those frames, whose headers are thrown away.
        1 << 20
    }
}
