//! How hard to look for repetitions: what the level stands for, and what parameters say instead (`zstd.h` tells what each
//! of them means).

use super::super::parameters::{self as names, Parameters};

pub(in crate::zstd) const FAST: u32 = 1;
pub(super) const DOUBLE: u32 = 2;
pub(super) const GREEDY: u32 = 3;
pub(super) const LAZY: u32 = 4;
pub(super) const TREE: u32 = 6;
pub(super) const OPTIMAL: u32 = 7;

#[derive(Clone, Copy, Debug)]
pub(in crate::zstd) struct Effort {
    pub window_log: u32,
    pub hash_log: u32,
    pub chain_log: u32,
    /// So many positions are tried, as a power of two.
    pub search_log: u32,
    pub min_match: u32,
    /// With the fast strategy: bytes that a vain search passes over; otherwise a repetition that is long enough.
    pub target: u32,
    pub strategy: u32,
}

/// For levels from 0 (those below 1) on: hash, chain and search log, shortest repetition, target, strategy.
const LEVELS: [[u32; 6]; 23] = [
    [13, 0, 0, 6, 1, FAST],
    [15, 0, 0, 6, 0, FAST],
    [16, 0, 0, 5, 0, FAST],
    [17, 16, 0, 5, 0, DOUBLE],
    [18, 17, 0, 5, 0, DOUBLE],
    [17, 17, 3, 5, 16, GREEDY],
    [17, 17, 3, 5, 16, LAZY],
    [17, 18, 4, 5, 32, LAZY],
    [17, 18, 4, 5, 32, 5],
    [18, 19, 5, 5, 48, 5],
    [18, 19, 6, 5, 64, 5],
    [18, 20, 6, 5, 64, 5],
    [19, 20, 7, 5, 96, 5],
    [19, 20, 7, 4, 128, 6],
    [19, 20, 8, 4, 128, 6],
    [19, 21, 8, 4, 192, 6],
    [19, 20, 6, 4, 64, 7],
    [19, 21, 7, 4, 96, 7],
    [19, 21, 8, 3, 128, 8],
    [20, 22, 8, 3, 256, 9],
    [20, 22, 8, 3, 512, 9],
    [20, 22, 9, 3, 999, 9],
    [20, 22, 9, 3, 999, 9],
];

impl Effort {
    /// `size`: of the frame and its dictionary, as far as it is known.
    pub(in crate::zstd) fn new(level: i32, parameters: &Parameters, size: Option<u64>) -> Effort {
        let asked = |index: usize| Some(parameters.get(index).unsigned_abs()).filter(|n| *n > 0);
        let [hash, chain, search, min_match, target, strategy] = LEVELS[level.clamp(0, 22) as usize];
        let size_log = size.map_or(64, |n| 64 - n.max(64).saturating_sub(1).leading_zeros());
        let window_log = parameters.window_log(level).min(size_log).max(super::super::frame::MIN_WINDOW_LOG);
        // Where there is little text, short repetitions are what is to be had.
        let min_match =
            if size_log <= 18 && strategy >= DOUBLE || size_log <= 14 { min_match.min(4) } else { min_match };
        let target = if level < 0 { level.unsigned_abs() } else { target };
        Effort {
            window_log,
            hash_log: asked(names::HASH_LOG).unwrap_or(hash).min(size_log + 1),
            chain_log: asked(names::CHAIN_LOG).unwrap_or(chain).min(size_log),
            search_log: asked(names::SEARCH_LOG).unwrap_or(search),
            min_match: asked(names::MIN_MATCH).unwrap_or(min_match),
            target: asked(names::TARGET_LENGTH).unwrap_or(target),
            strategy: asked(names::STRATEGY).unwrap_or(strategy),
        }
    }

    /// The fast strategy with a target leaves literals as they are.
    pub(in crate::zstd) const fn codes_literals(&self) -> bool {
        self.strategy > FAST || self.target == 0
    }
}
