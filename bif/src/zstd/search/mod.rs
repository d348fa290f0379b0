//! The search for repetitions, block by block and within a block piece by piece.

mod effort;
mod far;
mod optimal;
mod places;
mod prices;
mod text;
mod tree;

use alloc::boxed::Box;
use alloc::vec::Vec;

pub(super) use effort::Effort;
use effort::{GREEDY, LAZY, OPTIMAL};
use far::Far;
use optimal::Optimal;
use places::{Places, Wanted};
use text::Text;

use super::block::{Repeats, Sequence};
use super::parameters::Parameters;

/// A piece of a search is over after so much work: looks at a position of the text.
const PIECE: usize = 2048;
/// So many positions of a dictionary are taken up at once.
const DICTIONARY_PIECE: u32 = 512;
/// Positions from here on are brought down.
const HIGH: u32 = 7 << 29;

/// A repetition, found at a position.
#[derive(Clone, Copy)]
struct Found {
    at: u32,
    offset: u32,
    length: u32,
}

pub(super) struct Finder {
    text: Text,
    places: Places,
    effort: Effort,
    /// Where the frame begins, behind a dictionary; 0 when that is long ago.
    origin: u32,
    /// Bytes of the frame up to the block's end.
    total: u64,
    /// Where the block begins, where the search is, and the literals in front of it.
    block: u32,
    at: u32,
    plain: u32,
    /// As they are where the search is.
    repeats: Repeats,
    pub sequences: Vec<Sequence>,
    optimal: Option<Box<Optimal>>,
    far: Option<Far>,
}

impl Finder {
    /// For frames of blocks of up to so many bytes.
    pub(super) fn new(parameters: &Parameters, effort: Effort, block: usize, dictionary: &[u8]) -> Finder {
        let text = Text::new(1 << effort.window_log, block, dictionary);
        let origin = text.end();
        let (block, at, plain) = (origin, origin, origin);
        let optimal = (effort.strategy >= OPTIMAL).then(|| Box::new(Optimal::new()));
        let far = Far::new(&effort, parameters, origin);
        Finder {
            text,
            places: Places::new(&effort),
            effort,
            origin,
            total: 0,
            block,
            at,
            plain,
            repeats: Repeats::START,
            sequences: Vec::new(),
            optimal,
            far,
        }
    }

    /// Begins a block; the offsets that have names are those that the decoder knows.
    pub(super) fn begin(&mut self, repeats: Repeats, block: usize) {
        self.sequences.clear();
        if self.text.is_full(block) {
            self.text.turn();
        }
        if self.text.end() > HIGH {
            let by = self.places.shift_below(self.text.start());
            self.text.shift(by);
            self.origin = self.origin.saturating_sub(by);
            if let Some(far) = &mut self.far {
                far.shift(by);
            }
        }
        self.block = self.text.end();
        (self.at, self.plain, self.repeats) = (self.block, self.block, repeats);
    }

    /// More of the block.
    pub(super) fn extend(&mut self, bytes: &[u8]) {
        self.text.extend(bytes);
        self.total += bytes.len() as u64;
    }

    /// The block's text.
    pub(super) fn block(&self) -> &[u8] {
        self.text.from(self.block)
    }

    pub(super) fn len(&self) -> usize {
        (self.text.end() - self.block) as usize
    }

    /// The first position that one at hand may refer to.
    fn floor(&self, at: u32) -> u32 {
        let window = 1u64 << self.effort.window_log;
        if self.total <= window {
            return self.text.start();
        }
        // Beyond the window a dictionary is out of reach.
        self.text.start().max(self.origin).max(u64::from(at).saturating_sub(window) as u32)
    }

    /// Searches a piece of the block, which is all there; answers how much work that was, and nothing at the end.
    pub(super) fn search(&mut self) -> Option<usize> {
        // What lies behind is taken up first: a dictionary, bit by bit, and what a repetition to the last block's end has
        // passed over.
        let chained = self.effort.strategy >= GREEDY;
        let behind = if chained { self.block } else { self.block.min(self.origin) };
        if self.places.indexed + 8 < behind {
            let dictionary = self.places.indexed < self.origin;
            let next = if dictionary { behind.min(self.places.indexed + DICTIONARY_PIECE) } else { behind };
            return Some(self.places.index(&self.text, next, dictionary).max(1));
        }
        let floor = self.floor(self.text.end());
        if let Some(far) = &mut self.far
            && self.at == self.block
            && let Some(n) = far.search(&self.text, self.block, floor)
        {
            return Some(n / 4);
        }
        if self.at == self.block
            && let Some(o) = &mut self.optimal
        {
            o.prices.begin(self.text.from(self.block));
        }
        if self.effort.strategy >= OPTIMAL {
            return self.search_optimal();
        }
        let mut work = 0;
        while work < PIECE {
            if self.at + 8 > self.text.end() {
                return if work > 0 { Some(work) } else { None };
            }
            let Some(mut found) = self.find(self.at, &mut work) else {
                let fast = self.effort.strategy < GREEDY;
                let step = if fast { 1 + self.effort.target.saturating_sub(1) } else { 1 };
                self.at += step + ((self.at - self.plain) >> if fast { 7 } else { 8 });
                work += 1;
                continue;
            };
            self.look_ahead(&mut found, &mut work);
            self.take_up(&mut found);
            self.emit(found);
        }
        Some(work)
    }

    /// Is there something better one or two bytes on?
    fn look_ahead(&mut self, found: &mut Found, work: &mut usize) {
        let depth = match self.effort.strategy {
            ..LAZY => return,
            LAZY => 1,
            _ => 2,
        };
        let mut ahead = 0;
        while ahead < depth && found.at + ahead + 9 <= self.text.end() {
            ahead += 1;
            let Some(next) = self.find(found.at + ahead, work) else { continue };
            if self.gain(&next) > self.gain(found) + 1 + 3 * ahead as i32 {
                *found = next;
                ahead = 0;
            }
        }
    }

    /// What a repetition saves, in quarters of bytes.
    fn gain(&self, found: &Found) -> i32 {
        let named = self.repeats.named(found.at == self.plain).iter().position(|o| *o == found.offset);
        let value = named.map_or(found.offset.saturating_add(3), |name| name as u32 + 1);
        4 * found.length as i32 - value.ilog2() as i32
    }

    /// It may have begun earlier.
    fn take_up(&self, found: &mut Found) {
        let floor = self.floor(found.at);
        while found.at > self.plain && found.at - found.offset > floor {
            let (here, there) = (self.text.byte(found.at - 1), self.text.byte(found.at - 1 - found.offset));
            if here.is_none() || here != there {
                break;
            }
            found.at -= 1;
            found.length += 1;
        }
    }

    fn emit(&mut self, found: Found) {
        let Found { at, offset, length } = found;
        let literals = at - self.plain;
        self.sequences.push(Sequence { literals, length, offset });
        self.repeats.take(offset, literals == 0);
        if self.effort.strategy < GREEDY {
            self.places.note(&self.text, self.at + 2);
            self.places.note(&self.text, at + length - 2);
        }
        self.at = at + length;
        self.plain = self.at;
    }

    /// The best repetition at a position.
    fn find(&mut self, at: u32, work: &mut usize) -> Option<Found> {
        let floor = self.floor(at);
        let fast = self.effort.strategy < GREEDY;
        let mut best = None;
        let word = self.text.half(at)?;
        let names = self.repeats.named(at == self.plain);
        for offset in names.into_iter().take(if fast { 1 } else { 3 }) {
            let from = at.wrapping_sub(offset);
            if offset == 0 || from < floor || from > at || self.text.half(from) != Some(word) {
                continue;
            }
            let length = self.text.common(from, at);
            if best.as_ref().is_none_or(|b: &Found| length > b.length + 1) {
                best = Some(Found { at, offset, length });
            }
        }
        *work += 1;
        if let Some(far) = self.far.as_mut().and_then(|far| far.at(at))
            && best.is_none_or(|b| b.length < far.length)
        {
            best = Some(far);
        }
        if fast {
            return best.or_else(|| self.places.find_fast(&self.text, at, floor));
        }
        *work += self.places.index(&self.text, at, false);
        let mut other = None;
        // The farther the dearer.
        let mut tell = |offset: u32, length| {
            if length > offset.ilog2() / 4 {
                other = Some(Found { at, offset, length });
            }
        };
        let known = best.map_or(3, |b| b.length);
        self.places.find(Wanted { text: &self.text, at, floor, known, work, found: &mut tell });
        match (best, other) {
            (Some(named), Some(other)) if self.gain(&other) <= self.gain(&named) => Some(named),
            (named, other) => other.or(named),
        }
    }
}
