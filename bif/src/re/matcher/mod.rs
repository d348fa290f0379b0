//! Runs a program: a backtracking search with its own stack. It counts its steps, so it can be paused anywhere and
//! taken up again, and it knows PCRE's two limits.
//!
//! The stack holds ways back ([`Kind::Alt`], runs that may give characters back or take more), what to undo on the
//! way (slots), and barriers: where an atomic group, a look-around or a subroutine call began. Barriers are chained;
//! when one is done, the ways back above it go, and what is to be undone stays.

mod calls;
mod items;
mod stack;
mod start;
mod step;

use alloc::vec::Vec;

use super::options::{self as o, Newline};
use super::program::Program;
pub(super) use items::decode;
use stack::{Entry, Frame};

/// How a search ended, or that it has not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Match,
    NoMatch,
    /// `match_limit` and `match_limit_recursion`.
    TooManySteps,
    TooDeep,
    /// Out of fuel.
    Paused,
}

/// No position, no entry, no frame.
const UNSET: usize = usize::MAX;

/// PCRE's default for both limits.
pub(super) const DEFAULT_LIMIT: u64 = 10_000_000;

/// The most entries of the stack, whatever the limit: 24 bytes each.
const MAX_STACK: usize = 1 << 23;

/// A search under way; the program and the subject are given to each call.
#[derive(Debug)]
pub(super) struct Matcher {
    /// Captures (start and end of each group), where open groups began, then positions and counters of loops.
    slots: Vec<usize>,
    stack: Vec<Entry>,
    frames: Vec<Frame>,
    barrier: usize,
    pc: u32,
    pos: usize,
    /// Where the match that is tried began, and what `\K` says.
    start: usize,
    keep: usize,
    /// Where the search began.
    offset: usize,
    flags: u32,
    newline: Newline,
    bsr_anycrlf: bool,
    anchored: bool,
    phase: Phase,
    fuel: u64,
    steps: u64,
    max_steps: u64,
    max_depth: usize,
    /// The last place of a byte that every match needs.
    last_required: Option<usize>,
    /// The end of the first line, for `firstline`.
    first_line: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Looks for the next place to begin, from `start` on.
    Seek,
    Run,
}

/// How one try ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Try {
    Match,
    /// Begin anew at the next character, or at this place.
    Next,
    SkipTo(usize),
    Never,
    Stop(Outcome),
}

impl Matcher {
    /// Prepares a search from byte `offset`; `flags` are those of the match, besides the pattern's.
    pub(super) fn new(p: &Program, subject: &[u8], offset: usize, flags: u32, limits: (u64, u64)) -> Matcher {
        let newline = p.options.newline;
        let flags = flags | p.options.flags & (o::NOTEMPTY | o::NOTEMPTY_ATSTART);
        let utf = p.options.has(o::UTF);
        let mut first_line = subject.len();
        if p.options.has(o::FIRSTLINE) {
            first_line = (offset..subject.len())
                .find(|at| super::parse::newline_at(subject, *at, newline, utf) > 0)
                .unwrap_or(subject.len());
        }
        let last_required = p.required.and_then(|(a, b)| memchr::memrchr2(a, b, subject));
        Matcher {
            slots: alloc::vec![UNSET; p.slots as usize],
            stack: Vec::new(),
            frames: Vec::new(),
            barrier: UNSET,
            pc: 0,
            pos: offset,
            start: offset,
            keep: offset,
            offset,
            flags,
            newline,
            bsr_anycrlf: if flags & (o::BSR_ANYCRLF | o::BSR_UNICODE) == 0 {
                p.options.has(o::BSR_ANYCRLF)
            } else {
                flags & o::BSR_ANYCRLF != 0
            },
            anchored: flags & o::ANCHORED != 0,
            phase: Phase::Seek,
            fuel: 0,
            steps: 0,
            max_steps: limits.0,
            max_depth: usize::try_from(limits.1).unwrap_or(MAX_STACK).min(MAX_STACK),
            last_required,
            first_line,
        }
    }

    /// Goes on until it is decided or has taken `fuel` steps; gives back what is left of the fuel.
    pub(super) fn run(&mut self, p: &Program, s: &[u8], fuel: u64) -> (Outcome, u64) {
        self.fuel = fuel;
        let outcome = self.search(p, s);
        (outcome, self.fuel)
    }

    fn search(&mut self, p: &Program, s: &[u8]) -> Outcome {
        loop {
            if self.phase == Phase::Seek {
                if self.fuel == 0 {
                    return Outcome::Paused;
                }
                if !self.seek(p, s) {
                    return Outcome::NoMatch;
                }
                if self.phase == Phase::Seek {
                    continue;
                }
            }
            let next = match self.attempt(p, s) {
                Try::Match => return Outcome::Match,
                Try::Stop(outcome) => return outcome,
                Try::Never => return Outcome::NoMatch,
                Try::Next => self.after(p, s),
                Try::SkipTo(at) if at > self.start => at,
                Try::SkipTo(_) => self.after(p, s),
            };
            if self.anchored_at(p) || next > s.len() {
                return Outcome::NoMatch;
            }
            self.start = next;
            self.phase = Phase::Seek;
        }
    }

    /// The place behind the character at the start; a CR LF counts as one where a newline can be.
    fn after(&self, p: &Program, s: &[u8]) -> usize {
        let at = self.start;
        if at >= s.len() {
            return at + 1;
        }
        let crlf = s[at] == 13 && s.get(at + 1) == Some(&10) && !p.crlf;
        if crlf && matches!(self.newline, Newline::Crlf | Newline::AnyCrlf | Newline::Any) {
            return at + 2;
        }
        let utf = p.options.has(o::UTF);
        let mut next = at + 1;
        while utf && s.get(next).is_some_and(|b| b & 0xc0 == 0x80) {
            next += 1;
        }
        next
    }

    /// The captures of a match: start and end of each group that took part.
    pub(super) fn captures(&self, p: &Program) -> Vec<Option<(usize, usize)>> {
        let mut all: Vec<Option<(usize, usize)>> = (0..=p.groups as usize)
            .map(|g| {
                let (from, to) = (self.slots[2 * g], self.slots[2 * g + 1]);
                (to != UNSET).then_some((from, to))
            })
            .collect();
        all[0] = Some((self.keep, self.pos));
        all
    }
}
