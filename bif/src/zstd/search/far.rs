//! Long-distance matching: a sparse table of long pieces of text reaches back as far as the window does, where chains and
//! trees have forgotten. Which positions it holds the text itself says, so that they are found again.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use super::super::block::LEAST;
use super::super::parameters::{self as names, Parameters};
use super::Found;
use super::effort::{Effort, OPTIMAL};
use super::text::Text;

const MAX_HASH_LOG: u32 = 22;
/// So many bytes are gone through at once.
const PIECE: usize = 1 << 14;

/// A number for each byte, for the rolling hash.
static NUMBERS: [u64; 256] = {
    let (mut numbers, mut n, mut i) = ([0; 256], 0x2545_f491_4f6c_dd1du64, 0);
    while i < 256 {
        n ^= n << 13;
        n ^= n >> 7;
        n ^= n << 17;
        numbers[i] = n;
        i += 1;
    }
    numbers
};

pub(super) struct Far {
    /// Positions, and what tells their texts apart; places with the same hash lie side by side.
    table: Vec<(u32, u32)>,
    bucket_log: u32,
    /// Of the rolling hash these bits are 0 where a piece of text ends.
    mask: u64,
    min_match: usize,
    rolling: u64,
    /// Up to here the text has been gone through.
    at: u32,
    next: usize,
    found: VecDeque<Found>,
}

impl Far {
    /// None where nobody asks for it.
    pub(super) fn new(effort: &Effort, parameters: &Parameters, start: u32) -> Option<Far> {
        let asked = |index: usize| Some(parameters.get(index).unsigned_abs()).filter(|n| *n > 0);
        asked(names::LONG_DISTANCE)?;
        let thorough = effort.strategy >= OPTIMAL;
        let rate = asked(names::LDM_RATE_LOG).unwrap_or(if thorough { 5 } else { 7 });
        let min_match = asked(names::LDM_MIN_MATCH).unwrap_or(64);
        let hash_log = asked(names::LDM_HASH_LOG).unwrap_or(effort.window_log.saturating_sub(rate));
        let hash_log = hash_log.clamp(6, MAX_HASH_LOG.min(effort.window_log.max(6)));
        // Bits that the last bytes decide, as many as there are in the shortest piece.
        let bits = min_match.min(64);
        let rate = rate.min(bits);
        let mask = if rate == 0 { 0 } else { (u64::MAX >> (64 - rate)) << (bits - rate) };
        Some(Far {
            table: alloc::vec![(0, 0); 1 << hash_log],
            bucket_log: asked(names::LDM_BUCKET_LOG).unwrap_or(3).min(hash_log),
            mask,
            min_match: min_match as usize,
            rolling: 0,
            at: start,
            next: 0,
            found: VecDeque::new(),
        })
    }

    pub(super) fn shift(&mut self, by: u32) {
        self.table.iter_mut().for_each(|(at, _)| *at = at.saturating_sub(by));
        self.at = self.at.saturating_sub(by);
        self.found.clear();
    }

    /// Goes through a piece of a block; answers how much there was of it.
    pub(super) fn search(&mut self, text: &Text, block: u32, floor: u32) -> Option<usize> {
        self.at = self.at.max(block);
        let bytes = text.from(self.at);
        let bytes = &bytes[..bytes.len().min(PIECE)];
        for (i, byte) in bytes.iter().enumerate() {
            self.rolling = (self.rolling << 1).wrapping_add(NUMBERS[usize::from(*byte)]);
            if self.rolling & self.mask == 0 {
                self.look(text, self.at + i as u32 + 1, floor);
            }
        }
        self.at += bytes.len() as u32;
        Some(bytes.len()).filter(|n| *n > 0)
    }

    /// Was the piece of text that ends here there before?
    fn look(&mut self, text: &Text, end: u32, floor: u32) {
        let Some(at) = end.checked_sub(self.min_match as u32) else { return };
        let Some(piece) = text.from(at).get(..self.min_match) else { return };
        let hash = piece.chunks(8).fold(0u64, |hash, part| {
            let word = part.iter().fold(0u64, |n, b| n << 8 | u64::from(*b));
            (hash.rotate_left(5) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15)
        });
        let check = (hash >> 32) as u32;
        let size = 1usize << self.bucket_log;
        let first = hash as usize & (self.table.len() - 1) & !(size - 1);
        let bucket = &mut self.table[first..first + size];
        let fresh = self.found.back().is_none_or(|f| at >= f.at + f.length);
        let known = bucket.iter().filter(|(from, c)| *c == check && *from >= floor && *from < at);
        let best = known.map(|(from, _)| (text.common(*from, at), *from)).max().filter(|_| fresh);
        if let Some((length, from)) = best
            && length as usize >= self.min_match
        {
            self.found.push_back(Found { at, offset: at - from, length });
        }
        bucket[self.next % size] = (at, check);
        self.next = self.next.wrapping_add(1);
    }

    /// What was found at a position, or goes on there, if it is of use.
    pub(super) fn at(&mut self, at: u32) -> Option<Found> {
        while self.found.front().is_some_and(|f| f.at + f.length <= at) {
            self.found.pop_front();
        }
        let f = self.found.front().filter(|f| f.at <= at)?;
        Some(Found { at, offset: f.offset, length: f.at + f.length - at }).filter(|f| f.length > LEAST)
    }
}
