//! The stack of ways back.

use super::super::program::NONE;
use super::{Matcher, UNSET};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Kind {
    /// Go on at `a`, position `b`.
    Alt,
    /// As `Alt`, the next alternative of the alternation `c` (for `(*THEN)`).
    Then,
    /// Slot `a` was `b`.
    Slot,
    /// Slots `a` and `a + 1` were `b` and `c`.
    Pair,
    /// The run at `a` may give characters back: it reaches from `b` to `c`.
    Run,
    /// The lazy run at `a` may take more: it has come to `b`, and may take `c` more.
    Lazy,
    /// The counted loop at `a` may go round once more, from `b`.
    Round,
    /// The match's beginning, as `\K` had it, was `b`.
    Keep,
    /// Began at instruction `a`; the barrier before is `b`, the position was `c`.
    Barrier,
    /// The same for a subroutine call, whose frame is on the stack of frames.
    Call,
    /// A call that began at `b` has returned to `a`; `c` is its barrier (above 32 bits) and its group. (PCRE 2 only:
    /// in PCRE 8 there is no way back into a call.)
    Return,
    /// The look-behind at `a` may begin `c` characters before `b`.
    Behind,
    /// Verb at instruction `a`, position `b`.
    Verb,
    /// `(*MARK)` number `a` at `b`.
    Mark,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub kind: Kind,
    pub a: u32,
    pub b: usize,
    pub c: usize,
}

/// A subroutine call under way.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    pub group: u32,
    pub back: u32,
    pub pos: usize,
}

impl Matcher {
    pub(super) fn push(&mut self, kind: Kind, a: u32, b: usize, c: usize) {
        self.stack.push(Entry { kind, a, b, c });
    }

    /// Sets a slot; backtracking sets it back.
    pub(super) fn set_slot(&mut self, slot: u32, value: usize) {
        let old = core::mem::replace(&mut self.slots[slot as usize], value);
        self.push(Kind::Slot, slot, old, 0);
    }

    pub(super) fn push_barrier(&mut self, kind: Kind, pc: u32) {
        self.push(kind, pc, self.barrier, self.pos);
        self.barrier = self.stack.len() - 1;
    }

    /// Undoes what an entry says is to be undone.
    pub(super) fn undo(&mut self, e: Entry) {
        match e.kind {
            Kind::Slot => self.slots[e.a as usize] = e.b,
            Kind::Pair => {
                self.slots[e.a as usize] = e.b;
                self.slots[e.a as usize + 1] = e.c;
            }
            Kind::Keep => self.keep = e.b,
            Kind::Call => drop(self.frames.pop()),
            Kind::Return => {
                self.frames.push(Frame { group: e.c as u32, back: e.a, pos: e.b });
                self.barrier = e.c >> 32;
            }
            _ => {}
        }
    }

    /// The innermost barrier that began at an instruction; [`UNSET`] if there is none.
    pub(super) fn barrier_of(&self, pc: u32) -> usize {
        let mut at = self.barrier;
        while at != UNSET && pc != NONE && self.stack[at].a != pc {
            at = self.stack[at].b;
        }
        at
    }

    /// The group or assertion of this barrier has matched: no way back into it, but all that it set stays.
    pub(super) fn cut(&mut self, barrier: usize) -> Entry {
        let b = self.stack[barrier];
        let mut kept = barrier;
        for i in barrier + 1..self.stack.len() {
            let e = self.stack[i];
            if matches!(e.kind, Kind::Slot | Kind::Pair | Kind::Keep | Kind::Mark) {
                self.stack[kept] = e;
                kept += 1;
            }
        }
        self.spend((self.stack.len() - barrier) as u64 / 8);
        self.stack.truncate(kept);
        self.barrier = b.b;
        b
    }

    /// Undoes all that happened since this barrier began, and takes it away.
    pub(super) fn unwind(&mut self, barrier: usize) -> Entry {
        self.spend((self.stack.len() - barrier) as u64 / 8);
        while self.stack.len() > barrier + 1 {
            if let Some(e) = self.stack.pop() {
                self.undo(e);
            }
        }
        let b = self.stack[barrier];
        self.stack.truncate(barrier);
        self.barrier = b.b;
        b
    }

    pub(super) fn spend(&mut self, n: u64) {
        self.fuel = self.fuel.saturating_sub(n);
    }
}
