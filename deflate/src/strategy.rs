//! The ways to find matches (`deflate.c`: `deflate_fast`, `deflate_slow`, `deflate_rle`, `deflate_huff`). Each takes in
//! input and fills blocks until it needs more input or more room.

use super::window::{LONGEST, LOOKAHEAD, SHORTEST};
use super::{Deflate, Flush, Io, Progress, Strategy};

/// A match of three bytes farther off than this costs more than three literals.
const TOO_FAR: usize = 4096;

/// What a search has in hand between two places. It outlives a change of the way to search, as it does in zlib, and then
/// bears on what the next way finds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    /// The length of the match found last, and of the one at the place before; less than 3 is none.
    pub length: usize,
    pub before: usize,
    /// The byte before is still to be put out.
    pub held: bool,
}

impl Found {
    pub(super) const NONE: Found = Found { length: SHORTEST - 1, before: SHORTEST - 1, held: false };
}

impl Deflate {
    /// Takes in input until `wanted` bytes are ahead. None: go on; otherwise stop with this.
    fn ensure(&mut self, io: &mut Io<'_>, flush: Flush, wanted: usize) -> Option<Progress> {
        if self.window.ahead < wanted {
            self.fill(io);
            if self.window.ahead < wanted && flush == Flush::None {
                return Some(Progress::NeedMore);
            }
            if self.window.ahead == 0 {
                return Some(Progress::BlockDone);
            }
        }
        None
    }

    /// The chain of the place that is next, if it can have a match.
    fn candidate(&mut self) -> Option<usize> {
        if self.window.ahead < SHORTEST {
            return None;
        }
        let place = self.window.insert(self.window.at);
        (place != 0 && self.window.at - place <= self.window.reach()).then_some(place)
    }

    /// Ends a way: writes what is left.
    fn conclude(&mut self, io: &mut Io<'_>, flush: Flush) -> Progress {
        if flush == Flush::Finish {
            let room = self.write_block(io, true);
            return if room { Progress::FinishDone } else { Progress::FinishStarted };
        }
        if !self.block.is_empty() && !self.write_block(io, false) {
            return Progress::NeedMore;
        }
        Progress::BlockDone
    }

    /// Takes the first match that is there.
    pub(super) fn fast(&mut self, io: &mut Io<'_>, flush: Flush) -> Progress {
        loop {
            match self.ensure(io, flush, LOOKAHEAD) {
                Some(Progress::BlockDone) => break,
                Some(stop) => return stop,
                None => {}
            }
            let effort = self.effort();
            if let Some(c) = self.candidate() {
                self.found.length = self.window.longest_match(c, self.found.before, effort);
            }
            let length = self.found.length;
            let w = &mut self.window;
            let full = if length >= SHORTEST {
                let full = self.block.matched(w.at - w.match_at, length);
                w.ahead -= length;
                if length <= effort.lazy && w.ahead >= SHORTEST {
                    (1..length).for_each(|n| w.enter(w.at + n));
                    w.at += length;
                } else {
                    w.at += length;
                    w.rehash(w.at);
                }
                self.found.length = 0;
                full
            } else {
                let full = self.block.literal(w.bytes[w.at]);
                w.ahead -= 1;
                w.at += 1;
                full
            };
            if full && !self.write_block(io, false) {
                return Progress::NeedMore;
            }
        }
        self.window.late = self.window.at.min(SHORTEST - 1);
        self.conclude(io, flush)
    }

    /// Takes a match only when the next place has no longer one.
    pub(super) fn slow(&mut self, io: &mut Io<'_>, flush: Flush) -> Progress {
        let effort = self.effort();
        loop {
            match self.ensure(io, flush, LOOKAHEAD) {
                Some(Progress::BlockDone) => break,
                Some(stop) => return stop,
                None => {}
            }
            let candidate = self.candidate();
            let (before, before_at) = (self.found.length, self.window.match_at);
            self.found.before = before;
            self.found.length = match candidate {
                Some(c) if before < effort.lazy => self.worthwhile(c, before, effort),
                _ => SHORTEST - 1,
            };
            let w = &mut self.window;
            if before >= SHORTEST && self.found.length <= before {
                let last = w.at + w.ahead - SHORTEST;
                let full = self.block.matched(w.at - 1 - before_at, before);
                w.ahead -= before - 1;
                let end = w.at + before - 1;
                (w.at + 1..end).filter(|at| *at <= last).for_each(|at| w.enter(at));
                w.at = end;
                self.found = Found { length: SHORTEST - 1, before: 0, held: false };
                if full && !self.write_block(io, false) {
                    return Progress::NeedMore;
                }
                continue;
            }
            let full = self.found.held && self.block.literal(w.bytes[w.at - 1]);
            let room = !full || self.write_block(io, false);
            self.found.held = true;
            self.window.at += 1;
            self.window.ahead -= 1;
            if !room {
                return Progress::NeedMore;
            }
        }
        if core::mem::take(&mut self.found.held) {
            self.block.literal(self.window.bytes[self.window.at - 1]);
        }
        self.window.late = self.window.at.min(SHORTEST - 1);
        self.conclude(io, flush)
    }

    /// The length of the match found from `candidate` on, or 2 if literals are better.
    fn worthwhile(&mut self, candidate: usize, before: usize, effort: super::window::Effort) -> usize {
        let length = self.window.longest_match(candidate, before, effort);
        let far = length == SHORTEST && self.window.at - self.window.match_at > TOO_FAR;
        if length <= 5 && (self.strategy == Strategy::Filtered || far) { SHORTEST - 1 } else { length }
    }

    /// Looks for repetitions of one byte only.
    pub(super) fn rle(&mut self, io: &mut Io<'_>, flush: Flush) -> Progress {
        loop {
            match self.ensure(io, flush, LONGEST + 1) {
                Some(Progress::BlockDone) => break,
                Some(stop) => return stop,
                None => {}
            }
            let w = &mut self.window;
            let length = if w.ahead >= SHORTEST && w.at > 0 {
                let here = &w.bytes[w.at..w.at + LONGEST.min(w.ahead)];
                here.iter().take_while(|b| **b == w.bytes[w.at - 1]).count()
            } else {
                0
            };
            let (full, n) = if length >= SHORTEST {
                (self.block.matched(1, length), length)
            } else {
                (self.block.literal(w.bytes[w.at]), 1)
            };
            w.ahead -= n;
            w.at += n;
            self.found.length = 0;
            if full && !self.write_block(io, false) {
                return Progress::NeedMore;
            }
        }
        self.window.late = 0;
        self.conclude(io, flush)
    }

    /// Looks for no matches.
    pub(super) fn huffman(&mut self, io: &mut Io<'_>, flush: Flush) -> Progress {
        loop {
            match self.ensure(io, flush, 1) {
                Some(Progress::BlockDone) => break,
                Some(stop) => return stop,
                None => {}
            }
            let w = &mut self.window;
            let full = self.block.literal(w.bytes[w.at]);
            w.ahead -= 1;
            w.at += 1;
            self.found.length = 0;
            if full && !self.write_block(io, false) {
                return Progress::NeedMore;
            }
        }
        self.window.late = 0;
        self.conclude(io, flush)
    }
}
