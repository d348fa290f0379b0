//! Subroutine calls, and look-behinds of several lengths.

use alloc::vec::Vec;

use super::super::program::{Inst, NONE, Program};
use super::stack::{Frame, Kind};
use super::step::Step;
use super::{Matcher, Try, UNSET};

impl Matcher {
    pub(super) fn call(&mut self, group: u32, entry: u32) -> Step {
        // A call of what is being called at the same place would never end.
        let again =
            self.frames.iter().rev().take_while(|f| f.pos >= self.pos).any(|f| f.group == group && f.pos == self.pos);
        if again || entry == NONE {
            return Step::End(Try::Never);
        }
        self.push_barrier(Kind::Call, self.pc);
        self.frames.push(Frame { group, back: self.pc + 1, pos: self.pos });
        self.pc = entry;
        self.counted()
    }

    /// A subroutine has matched: groups are as they were before; the position stays. In PCRE 8 there is no way back
    /// into it.
    pub(super) fn return_from_call(&mut self, two: bool) {
        let Some(frame) = self.frames.pop() else { return };
        let barrier = self.barrier_of(frame.back - 1);
        if barrier != UNSET && two {
            self.restore(barrier);
            self.push(Kind::Return, frame.back, frame.pos, barrier << 32 | frame.group as usize);
            self.barrier = self.stack[barrier].b;
        } else if barrier != UNSET {
            let keep = self.keep;
            self.unwind(barrier);
            if keep != self.keep {
                self.push(Kind::Keep, 0, self.keep, 0);
                self.keep = keep;
            }
        }
        self.pc = frame.back;
    }

    /// Sets all slots to what they were when this barrier began.
    fn restore(&mut self, barrier: usize) {
        let top = self.stack.len();
        self.spend((top - barrier) as u64 / 8);
        // The oldest entry of a slot has the value; going backwards it is the last one seen.
        let changed = self.stack[barrier..].iter().rev().filter(|e| matches!(e.kind, Kind::Slot | Kind::Pair));
        let mut before: Vec<(u32, usize)> = Vec::new();
        for e in changed {
            let pair = [(e.a, e.b), (e.a + 1, e.c)];
            for (slot, value) in pair.into_iter().take(if e.kind == Kind::Pair { 2 } else { 1 }) {
                match before.iter_mut().find(|b| b.0 == slot) {
                    Some(b) => b.1 = value,
                    None => before.push((slot, value)),
                }
            }
        }
        for (slot, value) in before {
            if self.slots[slot as usize] != value {
                self.set_slot(slot, value);
            }
        }
    }

    /// At the beginning of a look-behind that may be of several lengths: the longest is tried first.
    pub(super) fn behind(&mut self, p: &Program, s: &[u8], from: usize, most: u32) -> Step {
        let Inst::BackBetween { min, .. } = p.insts[self.pc as usize] else { return Step::Fail };
        self.pos = from;
        let found = (min..=most).rev().find_map(|n| Some((n, self.back(p, s, n)?)));
        self.spend(u64::from(most - min) / 4);
        let Some((n, at)) = found else { return Step::Fail };
        if n > min {
            self.push(Kind::Behind, self.pc, from, n as usize - 1);
        }
        self.pos = at;
        self.pc += 1;
        self.counted()
    }
}
