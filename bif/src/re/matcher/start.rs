//! Where the next try may begin.

use super::super::options as o;
use super::super::program::{Program, Start, bit};
use super::{Matcher, Phase, UNSET};

/// Bytes looked at for one step.
const RATE: usize = 64;
/// Bytes looked at in one go.
const CHUNK: usize = 1 << 16;

impl Matcher {
    pub(super) fn anchored_at(&self, p: &Program) -> bool {
        self.anchored || p.options.has(o::ANCHORED) || matches!(p.start, Start::Anchored)
    }

    /// Finds the next place from `start` on and prepares a try there; false when there is none. It may stop early,
    /// still seeking.
    pub(super) fn seek(&mut self, p: &Program, s: &[u8]) -> bool {
        if self.start > s.len() || self.start > self.first_line {
            return false;
        }
        if p.required.is_some() && self.last_required.is_none_or(|last| last < self.start) {
            return false;
        }
        if !self.anchored_at(p) {
            let end = s.len().min(self.start.saturating_add(CHUNK));
            let window = &s[self.start..end];
            let found = match &p.start {
                Start::Anywhere | Start::Anchored => Some(0),
                Start::Bytes(map) => window.iter().position(|b| bit(map, *b)),
                Start::Few([a, _, _], 1) => memchr::memchr(*a, window),
                Start::Few([a, b, _], 2) => memchr::memchr2(*a, *b, window),
                Start::Few([a, b, c], _) => memchr::memchr3(*a, *b, *c, window),
                Start::Literal(finder) => {
                    // The string may reach over the window's end.
                    let more = s.len().min(end.saturating_add(finder.needle().len() - 1));
                    finder.find(&s[self.start..more])
                }
                Start::Lines => {
                    if self.start == self.offset || s[self.start - 1] == b'\n' {
                        Some(0)
                    } else {
                        memchr::memchr(b'\n', window).map(|i| i + 1)
                    }
                }
            };
            self.spend((found.unwrap_or(window.len()) / RATE) as u64);
            match found {
                Some(n) => self.start += n,
                None if end == s.len() => return false,
                None => {
                    self.start = end;
                    return true;
                }
            }
            if self.start > self.first_line {
                return false;
            }
        }
        self.spend(self.slots.len() as u64 / 64);
        self.slots.fill(UNSET);
        self.stack.clear();
        self.frames.clear();
        self.barrier = UNSET;
        self.pc = 0;
        self.pos = self.start;
        self.keep = self.start;
        self.phase = Phase::Run;
        true
    }
}
