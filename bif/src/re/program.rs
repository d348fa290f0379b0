//! Compiled patterns: instructions for [`super::matcher`].

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::ast::{Assert, Mode, Verb};
use super::options::Options;
use super::set::CharSet;

/// 256 bits, one for each byte.
pub(super) type Bitmap = [u64; 4];

pub(super) const fn bit(map: &Bitmap, b: u8) -> bool {
    map[(b >> 6) as usize] >> (b & 63) & 1 != 0
}

pub(super) const fn set_bit(map: &mut Bitmap, b: u8) {
    map[(b >> 6) as usize] |= 1 << (b & 63);
}

/// Characters, ready to be looked up.
#[derive(Debug, Clone)]
pub(super) struct Set {
    /// Characters below 256 (in UTF patterns only those below 128 are looked up here).
    pub low: Bitmap,
    /// The bytes that such a character may begin with.
    pub first: Bitmap,
    /// All ranges; characters not decided by `low` are looked for in them.
    pub ranges: Box<[(u32, u32)]>,
    /// Is it every character?
    pub full: bool,
}

impl Set {
    pub(super) fn new(set: &CharSet, utf: bool) -> Set {
        let mut low = [0; 4];
        for c in 0..=255u8 {
            if set.contains(u32::from(c)) {
                set_bit(&mut low, c);
            }
        }
        let mut first = low;
        if utf {
            first = [low[0], low[1], 0, 0];
            for (from, to) in set.ranges() {
                let (from, to) = ((*from).max(0x80), *to);
                if from <= to {
                    (lead(from)..=lead(to)).for_each(|b| set_bit(&mut first, b));
                }
            }
        }
        let most = if utf { super::set::MAX_UTF } else { 255 };
        let full = set.ranges() == [(0, most)];
        Set { low, first, ranges: set.ranges().into(), full }
    }

    pub(super) fn contains(&self, c: u32) -> bool {
        if c < 128 {
            return bit(&self.low, c as u8);
        }
        let i = self.ranges.partition_point(|r| r.1 < c);
        self.ranges.get(i).is_some_and(|r| r.0 <= c)
    }
}

/// The first byte of a character's UTF-8.
const fn lead(c: u32) -> u8 {
    match c {
        0..=0x7f => c as u8,
        0x80..=0x7ff => 0xc0 | (c >> 6) as u8,
        0x800..=0xffff => 0xe0 | (c >> 12) as u8,
        _ => 0xf0 | (c >> 18) as u8,
    }
}

/// One character of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Item {
    Byte(u8),
    Set(u32),
    CrlfDot,
    /// Any byte.
    Raw,
}

/// No bitmap, no program counter.
pub(super) const NONE: u32 = u32::MAX;

#[derive(Debug, Clone, Copy)]
pub(super) enum Inst {
    One(Item),
    /// A string: its place in the literals, its length.
    Bytes(u32, u32),
    /// Many of one kind; `next` is a bitmap of what may follow, or [`NONE`].
    Run {
        item: Item,
        min: u32,
        max: u32,
        mode: Mode,
        next: u32,
    },
    Newline,
    Grapheme,
    Assert(Assert),
    /// A group begins, ends. Behind `Close` of a group that is called somewhere stands `Return`.
    Open(u32),
    Close(u32),
    Return(u32),
    Jump(u32),
    /// Goes on behind this, or at `other`; bitmaps say what each may begin with.
    Fork {
        other: u32,
        here: u32,
        there: u32,
    },
    /// As `Fork`, but `other` is preferred.
    ForkLazy {
        other: u32,
    },
    /// Between the alternatives of a group that has a `(*THEN)`.
    ForkThen {
        other: u32,
        id: u32,
    },
    /// Remembers the position in a slot.
    Here(u32),
    /// Goes on at the target unless the position is still the slot's.
    LoopIfMoved {
        slot: u32,
        target: u32,
    },
    /// A counted loop: its counter's slot (the position at its beginning is in the next one).
    CountInit(u32),
    CountTest {
        slot: u32,
        min: u32,
        max: u32,
        lazy: bool,
        exit: u32,
    },
    CountNext {
        slot: u32,
        test: u32,
    },
    Atomic,
    AtomicEnd,
    /// A look-around or a condition; `end` is behind its `LookEnd`. A negative one that fails, and a condition
    /// that fails, goes on at `other`; elsewhere `other` is [`NONE`].
    Look {
        negative: bool,
        other: u32,
        end: u32,
    },
    LookEnd {
        look: u32,
    },
    /// So many characters back.
    Back(u32),
    BackBetween {
        min: u32,
        max: u32,
    },
    /// Has come to where the look-behind began?
    Behind {
        look: u32,
    },
    /// What a group (one of several with a name) matched.
    Reference {
        groups: u32,
        fold: bool,
    },
    Call {
        group: u32,
        entry: u32,
    },
    /// Goes on at `other` unless one of the groups is set.
    IfGroups {
        groups: u32,
        other: u32,
    },
    /// Goes on at `other` unless it is in a recursion (of these groups).
    IfRecursion {
        groups: u32,
        other: u32,
    },
    Keep,
    Verb(Verb, u32),
    Mark(u32),
    Accept,
    Fail,
    Match,
}

/// Where a match may begin.
#[derive(Debug, Clone)]
pub(super) enum Start {
    Anywhere,
    /// Only where the search begins.
    Anchored,
    /// At the beginning, or behind a newline.
    Lines,
    /// At one of these bytes.
    Bytes(Bitmap),
    /// At a byte of which there are only a few kinds.
    Few([u8; 3], usize),
    /// At this string.
    Literal(Box<memchr::memmem::Finder<'static>>),
}

/// A compiled pattern.
#[derive(Debug)]
pub(super) struct Program {
    pub insts: Vec<Inst>,
    pub sets: Vec<Set>,
    pub literals: Vec<u8>,
    pub bitmaps: Vec<Bitmap>,
    /// Lists of groups of instructions that have several.
    pub lists: Vec<Box<[u32]>>,
    pub groups: u32,
    pub names: Vec<(Vec<u8>, u32)>,
    /// Positions and counters that a match keeps.
    pub slots: u32,
    pub options: Options,
    /// What it was compiled from: the source and the options as given.
    pub source: Box<[u8]>,
    pub given: Options,
    pub start: Start,
    /// A byte (and its other case) that every match has.
    pub required: Option<(u8, u8)>,
    pub word: Set,
    /// The pattern names CR or LF itself: a search stops between the two.
    pub crlf: bool,
    /// As PCRE 2 runs it: there are ways back into calls.
    pub two: bool,
}
