//! Where text like that at a position was seen before: by hashes of its first bytes.

use alloc::vec::Vec;

use super::Found;
use super::effort::{DOUBLE, Effort, OPTIMAL, TREE};
use super::text::Text;

/// One search takes no more tries, whatever is asked for, and no more work.
const MAX_TRIES_LOG: u32 = 12;
const MAX_WORK: usize = 1 << 14;
/// Tables are no larger, whatever is asked for.
const MAX_LOG: u32 = 24;
/// Of a repetition so long nobody needs a longer one.
const ENOUGH: u32 = 1 << 12;
/// Three bytes are worth a look only so near.
const SHORT_LOG: u32 = 15;
const SHORT_REACH: u32 = 1 << 16;

pub(super) struct Places {
    /// For each hash of the shortest repetition the last position with it; 0 for none.
    pub heads: Vec<u32>,
    /// With two tables: the same for hashes of eight bytes. In a chain: for each position the one before it with
    /// the same hash. In a tree: for each position the ones below it.
    pub chain: Vec<u32>,
    /// For each hash of three bytes the last position with it, if those are looked for.
    short: Vec<u32>,
    pub hash_log: u32,
    chain_log: u32,
    pub min_match: u32,
    strategy: u32,
    pub tries_log: u32,
    /// A repetition so long ends a search.
    enough: u32,
    /// Positions before this one are in the chains.
    pub indexed: u32,
    /// Positions before this one were passed over, or not, some time ago.
    pub skipped_from: u32,
}

/// What [`Places::find`] looks for: positions, none below `floor`, where there is the same text as at `at`. Each is told with
/// its offset and length, which is greater than those before, and than `known`.
pub(super) struct Wanted<'a> {
    pub text: &'a Text,
    pub at: u32,
    pub floor: u32,
    pub known: u32,
    /// Grows by what was done.
    pub work: &'a mut usize,
    pub found: &'a mut dyn FnMut(u32, u32),
}

/// Of the first bytes.
#[inline]
pub(super) fn hash(word: u64, bytes: u32, log: u32) -> usize {
    ((word << (64 - 8 * bytes)).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - log)) as usize
}

impl Places {
    pub(super) fn new(effort: &Effort) -> Places {
        let Effort { hash_log, chain_log, strategy, .. } = *effort;
        // Of two tables the one for eight bytes is the larger one.
        let (hash_log, chain_log) = if strategy == DOUBLE { (chain_log, hash_log) } else { (hash_log, chain_log) };
        let (hash_log, chain_log) = (hash_log.clamp(6, MAX_LOG), chain_log.clamp(6, MAX_LOG));
        let chain = if strategy >= DOUBLE { 1 << chain_log } else { 0 };
        let short = if strategy >= OPTIMAL && effort.min_match == 3 { 1 << SHORT_LOG } else { 0 };
        Places {
            short: alloc::vec![0; short],
            heads: alloc::vec![0; 1 << hash_log],
            chain: alloc::vec![0; chain],
            hash_log,
            chain_log,
            min_match: effort.min_match.clamp(4, 8),
            strategy,
            tries_log: effort.search_log.min(MAX_TRIES_LOG),
            enough: effort.target.max(ENOUGH),
            indexed: 1,
            skipped_from: 1,
        }
    }

    /// Positions below this one count no longer, and others become smaller: by how much?
    pub(super) fn shift_below(&mut self, low: u32) -> u32 {
        // Places in the chain stay the same.
        let by = (low - 1) & !((1 << self.chain_log) - 1);
        for n in self.heads.iter_mut().chain(&mut self.chain).chain(&mut self.short) {
            *n = n.saturating_sub(by);
        }
        self.indexed = self.indexed.saturating_sub(by).max(1);
        self.skipped_from = self.skipped_from.saturating_sub(by).max(1);
        by
    }

    /// Takes positions before this one up; answers how much work that was. Not `all`: a repetition has passed over them.
    pub(super) fn index(&mut self, text: &Text, before: u32, all: bool) -> usize {
        if self.strategy >= TREE {
            return self.plant_before(text, before, all);
        }
        let start = self.indexed;
        (start..before).for_each(|at| self.note(text, at));
        self.indexed = start.max(before);
        (self.indexed - start) as usize
    }

    /// Takes one position up.
    #[inline]
    pub(super) fn note(&mut self, text: &Text, at: u32) {
        let Some(word) = text.word(at) else { return };
        let head = &mut self.heads[hash(word, self.min_match, self.hash_log)];
        match self.strategy {
            ..DOUBLE => *head = at,
            DOUBLE => {
                *head = at;
                self.chain[hash(word, 8, self.chain_log)] = at;
            }
            _ => {
                let slot = at as usize & (self.chain.len() - 1);
                self.chain[slot] = core::mem::replace(head, at);
            }
        }
    }

    /// What the tables have, with one place each; the position takes it.
    pub(super) fn find_fast(&mut self, text: &Text, at: u32, floor: u32) -> Option<Found> {
        let word = text.word(at)?;
        let head = &mut self.heads[hash(word, self.min_match, self.hash_log)];
        let from = core::mem::replace(head, at);
        let found = |at: u32, from: u32| Found { at, offset: at - from, length: text.common(from, at) };
        if self.strategy == DOUBLE {
            let long = core::mem::replace(&mut self.chain[hash(word, 8, self.chain_log)], at);
            if long >= floor && long < at && text.word(long) == Some(word) {
                return Some(found(at, long));
            }
        }
        if from < floor || from >= at || text.half(from) != Some(word as u32) {
            return None;
        }
        let short = found(at, from);
        if self.strategy == DOUBLE
            && let Some(word) = text.word(at + 1)
        {
            let long = self.chain[hash(word, 8, self.chain_log)];
            if long >= floor && long <= at && text.word(long) == Some(word) {
                let next = found(at + 1, long);
                if next.length > short.length {
                    return Some(next);
                }
            }
        }
        Some(short)
    }

    /// The last position with the same three bytes, if those are looked for.
    pub(super) fn find_short(&mut self, text: &Text, at: u32, floor: u32) -> Option<u32> {
        let slot = self.short.get_mut(hash(text.word(at)?, 3, SHORT_LOG))?;
        let from = core::mem::replace(slot, at);
        (from >= floor && from < at && at - from < SHORT_REACH).then_some(from)
    }

    /// Tells of positions where there is the same text as at one that is not taken up yet.
    pub(super) fn find(&mut self, wanted: Wanted<'_>) {
        if self.strategy >= TREE {
            return self.plant(wanted);
        }
        let Wanted { text, at, floor, known, work, found } = wanted;
        let Some(word) = text.word(at) else { return };
        let Some(mut from) = self.heads.get(hash(word, self.min_match, self.hash_log)).copied() else { return };
        let floor = floor.max((at + 1).saturating_sub(self.chain.len() as u32));
        let tries = 1u32 << self.tries_log;
        let (enough, end) = (self.enough, text.end());
        let mut best = known.max(3);
        let most = *work + MAX_WORK;
        let mut last = text.half(at + best - 3);
        for _ in 0..tries {
            if from < floor || from >= at {
                break;
            }
            *work += 1;
            if text.half(from + best - 3) == last {
                let length = text.common(from, at);
                *work += length as usize / 32;
                if length > best {
                    best = length;
                    found(at - from, length);
                    if length >= enough || at + length >= end || *work > most {
                        break;
                    }
                    last = text.half(at + best - 3);
                }
            }
            let next = self.chain[from as usize & (self.chain.len() - 1)];
            // A place that another position has taken since.
            if next >= from {
                break;
            }
            from = next;
        }
    }
}
