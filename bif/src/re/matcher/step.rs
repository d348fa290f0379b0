//! One try: instructions until it matches or has no way left.

use super::super::ast::{Mode, UNLIMITED, Verb};
use super::super::grapheme;
use super::super::options as o;
use super::super::program::{Inst, NONE, Program, bit};
use super::items::{one, take};
use super::stack::{Entry, Kind};
use super::{Matcher, Outcome, Try, UNSET};

/// What an instruction did.
pub(super) enum Step {
    /// Go on at the matcher's `pc`.
    On,
    Fail,
    Done,
    End(Try),
}

impl Matcher {
    pub(super) fn attempt(&mut self, p: &Program, s: &[u8]) -> Try {
        loop {
            if self.fuel == 0 {
                return Try::Stop(Outcome::Paused);
            }
            self.fuel -= 1;
            let step = self.step(p, s);
            let end = match step {
                Step::On => continue,
                Step::Done => return Try::Match,
                Step::End(end) => Some(end),
                Step::Fail => self.backtrack(p, s),
            };
            if let Some(end) = end {
                return end;
            }
        }
    }

    #[inline]
    fn on(&mut self, taken: usize) -> Step {
        self.pos += taken;
        self.pc += 1;
        Step::On
    }

    #[inline]
    fn step(&mut self, p: &Program, s: &[u8]) -> Step {
        match p.insts[self.pc as usize] {
            Inst::One(item) => match one(p, item, s, self.pos) {
                0 => Step::Fail,
                n => self.on(n),
            },
            Inst::Bytes(from, len) => {
                let text = &p.literals[from as usize..(from + len) as usize];
                if s[self.pos..].starts_with(text) { self.on(text.len()) } else { Step::Fail }
            }
            Inst::Run { item, min, max, mode, next } => {
                let (to, n) = take(p, item, s, self.pos, if mode == Mode::Lazy { min } else { max });
                self.spend(u64::from(n) / 32);
                if n < min {
                    return Step::Fail;
                }
                let from = self.pos;
                self.pos = to;
                match mode {
                    Mode::Greedy if n > min => {
                        let least = if min == 0 { from } else { take(p, item, s, from, min).0 };
                        return self.give_back(p, s, least, to, next);
                    }
                    Mode::Lazy if max > min => return self.take_more(p, s, max - min, true),
                    _ => {}
                }
                self.pc += 1;
                Step::On
            }
            Inst::Newline => match self.newline_sequence(p, s) {
                0 => Step::Fail,
                n => self.on(n),
            },
            Inst::Grapheme => match grapheme::length(s, self.pos, p.options.has(o::UTF)) {
                0 => Step::Fail,
                n => {
                    self.spend(n as u64 / 4);
                    self.on(n)
                }
            },
            Inst::Assert(a) => {
                if self.holds(a, p, s) {
                    self.on(0)
                } else {
                    Step::Fail
                }
            }
            Inst::Open(g) => {
                self.set_slot(2 * (p.groups + 1) + g, self.pos);
                self.on(0)
            }
            Inst::Close(g) => {
                let slot = 2 * g as usize;
                self.push(Kind::Pair, 2 * g, self.slots[slot], self.slots[slot + 1]);
                self.slots[slot] = self.slots[2 * (p.groups as usize + 1) + g as usize];
                self.slots[slot + 1] = self.pos;
                self.on(0)
            }
            Inst::Return(g) => {
                if self.frames.last().is_some_and(|f| f.group == g) {
                    self.return_from_call(p.two);
                    return Step::On;
                }
                self.on(0)
            }
            Inst::Jump(t) => {
                self.pc = t;
                Step::On
            }
            Inst::Fork { other, here, there } => self.fork(p, s, other, here, there),
            Inst::ForkLazy { other } => {
                self.push(Kind::Alt, self.pc + 1, self.pos, 0);
                self.pc = other;
                self.counted()
            }
            Inst::ForkThen { other, id } => {
                self.push(Kind::Then, other, self.pos, id as usize);
                self.pc += 1;
                self.counted()
            }
            Inst::Here(slot) => {
                self.set_slot(slot, self.pos);
                self.on(0)
            }
            Inst::LoopIfMoved { slot, target } => {
                self.pc = if self.slots[slot as usize] == self.pos { self.pc + 1 } else { target };
                Step::On
            }
            Inst::CountInit(slot) => {
                self.push(Kind::Pair, slot, self.slots[slot as usize], self.slots[slot as usize + 1]);
                self.slots[slot as usize] = 0;
                self.slots[slot as usize + 1] = UNSET;
                self.on(0)
            }
            Inst::CountTest { slot, min, max, lazy, exit } => self.count(slot, min, max, lazy, exit),
            Inst::CountNext { slot, test } => {
                let Inst::CountTest { min, max, exit, .. } = p.insts[test as usize] else { return Step::Fail };
                // An empty round ends a loop that had no end; others go their rounds, which may take another branch.
                let empty = max == UNLIMITED && self.slots[slot as usize + 1] == self.pos;
                self.pc = if empty && self.slots[slot as usize] >= min as usize { exit } else { test };
                Step::On
            }
            Inst::Atomic | Inst::Look { .. } => {
                self.push_barrier(Kind::Barrier, self.pc);
                self.pc += 1;
                self.counted()
            }
            Inst::AtomicEnd => {
                if self.barrier != UNSET {
                    self.cut(self.barrier);
                }
                self.on(0)
            }
            Inst::LookEnd { look } => self.look_end(p, look),
            Inst::Back(n) => match self.back(p, s, n) {
                Some(at) => {
                    self.pos = at;
                    self.on(0)
                }
                None => Step::Fail,
            },
            Inst::BackBetween { max, .. } => self.behind(p, s, self.pos, max),
            Inst::Behind { look } => {
                let barrier = self.barrier_of(look);
                if barrier != UNSET && self.stack[barrier].c == self.pos { self.on(0) } else { Step::Fail }
            }
            Inst::Reference { groups, fold } => match self.reference(p, s, groups, fold) {
                Some(n) => {
                    self.spend(n as u64 / 16);
                    self.on(n)
                }
                None => Step::Fail,
            },
            Inst::Call { group, entry } => self.call(group, entry),
            Inst::IfGroups { groups, other } => {
                let any = p.lists[groups as usize].iter().any(|g| self.slots[2 * *g as usize + 1] != UNSET);
                self.pc = if any { self.pc + 1 } else { other };
                Step::On
            }
            Inst::IfRecursion { groups, other } => {
                let holds = match (self.frames.last(), groups) {
                    (Some(_), NONE) => true,
                    (Some(f), groups) => p.lists[groups as usize].contains(&f.group),
                    (None, _) => false,
                };
                self.pc = if holds { self.pc + 1 } else { other };
                Step::On
            }
            Inst::Keep => {
                self.push(Kind::Keep, 0, self.keep, 0);
                self.keep = self.pos;
                self.on(0)
            }
            Inst::Verb(..) => {
                self.push(Kind::Verb, self.pc, self.pos, 0);
                self.on(0)
            }
            Inst::Mark(name) => {
                self.push(Kind::Mark, name, self.pos, 0);
                self.on(0)
            }
            Inst::Fail => Step::Fail,
            Inst::Accept | Inst::Match => self.matched(p),
        }
    }

    /// Counts a way back against the limits.
    pub(super) fn counted(&mut self) -> Step {
        self.steps += 1;
        if self.steps > self.max_steps {
            return Step::End(Try::Stop(Outcome::TooManySteps));
        }
        if self.stack.len() > self.max_depth {
            return Step::End(Try::Stop(Outcome::TooDeep));
        }
        Step::On
    }

    fn fork(&mut self, p: &Program, s: &[u8], other: u32, here: u32, there: u32) -> Step {
        let may = |map: u32| map == NONE || s.get(self.pos).is_some_and(|b| bit(&p.bitmaps[map as usize], *b));
        match (may(here), may(there)) {
            (true, false) => {
                self.pc += 1;
                Step::On
            }
            (true, true) => {
                self.push(Kind::Alt, other, self.pos, 0);
                self.pc += 1;
                self.counted()
            }
            (false, true) => {
                self.pc = other;
                Step::On
            }
            (false, false) => Step::Fail,
        }
    }

    fn count(&mut self, slot: u32, min: u32, max: u32, lazy: bool, exit: u32) -> Step {
        let n = self.slots[slot as usize];
        if n >= max as usize {
            self.pc = exit;
            return Step::On;
        }
        if n >= min as usize {
            if lazy {
                self.push(Kind::Round, self.pc, self.pos, 0);
                self.pc = exit;
                return self.counted();
            }
            self.push(Kind::Alt, exit, self.pos, 0);
        }
        self.round(slot);
        self.counted()
    }

    /// Once more round a counted loop, whose test is at `pc`.
    fn round(&mut self, slot: u32) {
        let slot = slot as usize;
        self.push(Kind::Pair, slot as u32, self.slots[slot], self.slots[slot + 1]);
        self.slots[slot] += 1;
        self.slots[slot + 1] = self.pos;
        self.pc += 1;
    }

    /// Goes on behind a greedy run that reaches from `least` to `to`, from the last place where what follows can
    /// begin.
    fn give_back(&mut self, p: &Program, s: &[u8], least: usize, to: usize, next: u32) -> Step {
        let utf = p.options.has(o::UTF);
        let raw = matches!(p.insts[self.pc as usize], Inst::Run { item: super::super::program::Item::Raw, .. });
        let mut at = to;
        if next != NONE {
            let map = &p.bitmaps[next as usize];
            while !s.get(at).is_some_and(|b| bit(map, *b)) {
                if at == least {
                    return Step::Fail;
                }
                at -= 1;
            }
            self.spend((to - at) as u64 / 16);
        } else if utf && !raw {
            while at > least && s.get(at).is_some_and(|b| b & 0xc0 == 0x80) {
                at -= 1;
            }
        }
        self.pos = at;
        if at > least {
            self.push(Kind::Run, self.pc, least, at);
            self.pc += 1;
            return self.counted();
        }
        self.pc += 1;
        Step::On
    }

    /// Goes on behind a lazy run, after taking as much as it must before what follows can begin.
    fn take_more(&mut self, p: &Program, s: &[u8], mut more: u32, first: bool) -> Step {
        let Inst::Run { item, next, .. } = p.insts[self.pc as usize] else { return Step::Fail };
        let may = |at: usize| next == NONE || s.get(at).is_some_and(|b| bit(&p.bitmaps[next as usize], *b));
        let from = self.pos;
        let mut take_one = !first;
        loop {
            if !take_one && may(self.pos) {
                break;
            }
            take_one = false;
            let n = if more == 0 { 0 } else { one(p, item, s, self.pos) };
            if n == 0 {
                self.spend((self.pos - from) as u64 / 8);
                return Step::Fail;
            }
            self.pos += n;
            if more != u32::MAX {
                more -= 1;
            }
        }
        self.spend((self.pos - from) as u64 / 8);
        if more > 0 {
            self.push(Kind::Lazy, self.pc, self.pos, more as usize);
        }
        self.pc += 1;
        self.counted()
    }

    fn look_end(&mut self, p: &Program, look: u32) -> Step {
        let barrier = self.barrier_of(look);
        let Inst::Look { negative, end, other } = p.insts[look as usize] else { return Step::Fail };
        if barrier == UNSET {
            return Step::Fail;
        }
        if negative {
            let b = self.unwind(barrier);
            if other == end {
                return Step::Fail;
            }
            // A condition that does not hold.
            self.pc = end;
            self.pos = b.c;
            return Step::On;
        }
        let b = self.cut(barrier);
        self.pos = b.c;
        self.pc = end;
        Step::On
    }

    fn matched(&mut self, p: &Program) -> Step {
        if let Some(f) = self.frames.last()
            && (f.group == 0 || matches!(p.insts[self.pc as usize], Inst::Accept))
        {
            self.return_from_call(p.two);
            return Step::On;
        }
        let empty = self.pos == self.keep;
        let refused = self.flags & o::NOTEMPTY != 0 || self.flags & o::NOTEMPTY_ATSTART != 0 && self.pos == self.offset;
        if empty && refused { Step::Fail } else { Step::Done }
    }

    /// Takes the last way back; answers how the try ended when there is none.
    fn backtrack(&mut self, p: &Program, s: &[u8]) -> Option<Try> {
        loop {
            let Some(e) = self.stack.pop() else { return Some(Try::Next) };
            match e.kind {
                Kind::Slot | Kind::Pair | Kind::Keep | Kind::Return => self.undo(e),
                Kind::Behind => {
                    self.pc = e.a;
                    match self.behind(p, s, e.b, e.c as u32) {
                        Step::On => return None,
                        Step::End(end) => return Some(end),
                        _ => {}
                    }
                }
                Kind::Mark => {}
                Kind::Alt | Kind::Then => {
                    self.pc = e.a;
                    self.pos = e.b;
                    return None;
                }
                Kind::Run => {
                    self.pc = e.a;
                    let Inst::Run { next, item, .. } = p.insts[e.a as usize] else { continue };
                    let mut to = e.c - 1;
                    let raw = item == super::super::program::Item::Raw;
                    while !raw && p.options.has(o::UTF) && to > e.b && s[to] & 0xc0 == 0x80 {
                        to -= 1;
                    }
                    match self.give_back(p, s, e.b, to, next) {
                        Step::On => return None,
                        Step::End(end) => return Some(end),
                        _ => {}
                    }
                }
                Kind::Lazy => {
                    self.pc = e.a;
                    self.pos = e.b;
                    match self.take_more(p, s, e.c as u32, false) {
                        Step::On => return None,
                        Step::End(end) => return Some(end),
                        _ => {}
                    }
                }
                Kind::Round => {
                    self.pc = e.a;
                    self.pos = e.b;
                    if let Inst::CountTest { slot, .. } = p.insts[e.a as usize] {
                        self.round(slot);
                        return None;
                    }
                }
                Kind::Barrier | Kind::Call => {
                    if self.failed(p, e) {
                        return None;
                    }
                }
                Kind::Verb => {
                    if let Some(end) = self.verb(p, e) {
                        return end;
                    }
                }
            }
        }
    }

    /// What a barrier began has failed; true when the match goes on elsewhere.
    fn failed(&mut self, p: &Program, e: Entry) -> bool {
        self.barrier = e.b;
        match p.insts[e.a as usize] {
            Inst::Call { .. } => {
                self.frames.pop();
                false
            }
            Inst::Look { other, .. } if other != NONE => {
                self.pos = e.c;
                self.pc = other;
                true
            }
            _ => false,
        }
    }

    /// Backtracking comes to a verb. None: go on backtracking.
    fn verb(&mut self, p: &Program, e: Entry) -> Option<Option<Try>> {
        let Inst::Verb(verb, argument) = p.insts[e.a as usize] else { return None };
        let mut end = match verb {
            Verb::Commit => Try::Never,
            Verb::Prune => Try::Next,
            Verb::Skip => Try::SkipTo(e.b),
            Verb::Then if argument == NONE => Try::Next,
            Verb::Then => {
                while let Some(top) = self.stack.pop() {
                    if top.kind == Kind::Then && top.c == argument as usize {
                        self.pc = top.a;
                        self.pos = top.b;
                        return Some(None);
                    }
                    self.undo(top);
                    if matches!(top.kind, Kind::Barrier | Kind::Call) {
                        self.barrier = top.b;
                        if top.kind == Kind::Call {
                            return None;
                        }
                    }
                }
                return Some(Some(Try::Next));
            }
        };
        if verb == Verb::Skip && argument != NONE {
            // Without such a mark it does nothing.
            let mark = self.stack.iter().rev().find(|m| m.kind == Kind::Mark && m.a == argument)?;
            end = Try::SkipTo(mark.b);
        }
        // In a negative look-around or a subroutine only that fails; `(*THEN)` stays in any look-around.
        let mut at = self.barrier;
        let through = |i: &Inst| match i {
            Inst::Atomic => true,
            Inst::Look { negative, .. } => !negative && verb != Verb::Then,
            _ => false,
        };
        while at != UNSET && through(&p.insts[self.stack[at].a as usize]) {
            at = self.stack[at].b;
        }
        if at == UNSET {
            return Some(Some(end));
        }
        let barrier = self.unwind(at);
        if self.failed(p, barrier) { Some(None) } else { None }
    }
}
