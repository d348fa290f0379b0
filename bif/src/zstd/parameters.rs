//! Parameters of compression, with the library's bounds. What they guide here is like what they guide there, though not
//! the same: `search/effort.rs` and `search/far.rs` make use of them. Tables are no larger than is sensible.

use super::frame::Failure;

/// How a parameter is written in Erlang.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    Flag,
    Strategy,
}

/// A parameter.
pub(super) struct Parameter {
    name: &'static str,
    pub kind: Kind,
    low: i32,
    high: i32,
    start: i32,
    /// It may change while a frame is being made.
    pub any_time: bool,
}

macro_rules! parameters {
    ($($constant:ident $name:literal $kind:ident $low:literal $high:literal $start:literal $any_time:literal)*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        enum Index { $($constant,)* }
        $(#[allow(dead_code)] pub(super) const $constant: usize = Index::$constant as usize;)*
        static ALL: &[Parameter] = &[$(Parameter {
            name: $name, kind: Kind::$kind, low: $low, high: $high, start: $start, any_time: $any_time
        },)*];
    };
}

parameters! {
    LEVEL "compressionLevel" Number -131_072 22 3 true
    WINDOW_LOG "windowLog" Number 10 31 0 false
    HASH_LOG "hashLog" Number 6 30 0 true
    CHAIN_LOG "chainLog" Number 6 30 0 true
    SEARCH_LOG "searchLog" Number 1 30 0 true
    MIN_MATCH "minMatch" Number 3 7 0 true
    TARGET_LENGTH "targetLength" Number 0 131_072 0 true
    STRATEGY "strategy" Strategy 1 9 0 true
    TARGET_BLOCK "targetCBlockSize" Number 1340 131_072 0 false
    LONG_DISTANCE "enableLongDistanceMatching" Flag 0 1 0 false
    LDM_HASH_LOG "ldmHashLog" Number 6 30 0 false
    LDM_MIN_MATCH "ldmMinMatch" Number 4 4096 0 false
    LDM_BUCKET_LOG "ldmBucketSizeLog" Number 1 8 0 false
    LDM_RATE_LOG "ldmHashRateLog" Number 0 25 0 false
    CONTENT_SIZE "contentSizeFlag" Flag 0 1 1 false
    CHECKSUM "checksumFlag" Flag 0 1 0 false
    DICTIONARY_ID "dictIDFlag" Flag 0 1 1 false
}

/// The strategies by number; 0 leaves the choice to the level.
pub(super) const STRATEGIES: [&str; 10] =
    ["default", "fast", "dfast", "greedy", "lazy", "lazy2", "btlazy2", "btopt", "btultra", "btultra2"];

/// The parameter with this name.
pub(super) fn by_name(name: &str) -> Option<(usize, &'static Parameter)> {
    ALL.iter().enumerate().find(|(_, p)| p.name == name)
}

/// The level that a number stands for.
pub(super) fn level(n: i32) -> i32 {
    let p = &ALL[LEVEL];
    if n == 0 { p.start } else { n.clamp(p.low, p.high) }
}

/// The values of all.
#[derive(Clone)]
pub(super) struct Parameters([i32; 17]);

impl Parameters {
    pub(super) fn new() -> Parameters {
        Parameters(core::array::from_fn(|i| ALL[i].start))
    }

    pub(super) const fn get(&self, index: usize) -> i32 {
        self.0[index]
    }

    pub(super) const fn is_set(&self, index: usize) -> bool {
        self.0[index] != 0
    }

    /// Sets one. 0 stands for what the library chooses, most often.
    pub(super) fn set(&mut self, index: usize, value: i32) -> Result<(), Failure> {
        let p = &ALL[index];
        self.0[index] = match (index, value) {
            (LEVEL, n) => level(n),
            (_, 0) => 0,
            (TARGET_BLOCK, n) if n < p.low => p.low,
            (_, n) if (p.low..=p.high).contains(&n) => n,
            _ => return Err(Failure::OutOfBounds),
        };
        Ok(())
    }

    /// The window's size: what is asked for, or what the level stands for where the size of the whole is not known.
    pub(super) fn window_log(&self, level: i32) -> u32 {
        match (self.0[WINDOW_LOG], level) {
            (0, _) if self.is_set(LONG_DISTANCE) => 27,
            (0, ..=1) => 19,
            (0, 2) => 20,
            (0, 3..=8) => 21,
            (0, 9..=16) => 22,
            (0, 17..=19) => 23,
            (0, 20) => 25,
            (0, 21) => 26,
            (0, _) => 27,
            (log, _) => log.unsigned_abs(),
        }
    }
}
