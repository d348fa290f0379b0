//! What a place in a program may begin with, byte-wise, and what follows from it: forks that need no way back, runs
//! that give nothing back, and where a match may begin.

use super::ast::{Assert, Mode, UNLIMITED};
use super::options::{self as o, Newline};
use super::program::{Bitmap, Inst, Item, NONE, Program, Start, set_bit};

/// Instructions looked at for one place.
const STEPS: u32 = 64;

struct First<'a> {
    p: &'a Program,
    called: &'a [bool],
    steps: u32,
    map: Bitmap,
}

fn join(map: &mut Bitmap, other: &Bitmap) {
    map.iter_mut().zip(other).for_each(|(a, b)| *a |= b);
}

fn item(p: &Program, item: Item) -> Option<Bitmap> {
    let mut map = [0; 4];
    match item {
        Item::Byte(b) => set_bit(&mut map, b),
        Item::Set(s) => map = p.sets[s as usize].first,
        Item::CrlfDot | Item::Raw => return None,
    }
    Some(map)
}

impl First<'_> {
    /// Adds what may come first at `pc`; none when it can be anything, or nothing.
    fn at(&mut self, mut pc: u32) -> Option<()> {
        loop {
            if self.steps == 0 {
                return None;
            }
            self.steps -= 1;
            match self.p.insts[pc as usize] {
                Inst::One(i) => {
                    join(&mut self.map, &item(self.p, i)?);
                    return Some(());
                }
                Inst::Bytes(from, _) => {
                    set_bit(&mut self.map, self.p.literals[from as usize]);
                    return Some(());
                }
                Inst::Run { item: i, min, .. } => {
                    join(&mut self.map, &item(self.p, i)?);
                    if min > 0 {
                        return Some(());
                    }
                    pc += 1;
                }
                Inst::Return(g) if self.called[g as usize] => return None,
                Inst::Open(_)
                | Inst::Close(_)
                | Inst::Return(_)
                | Inst::Assert(_)
                | Inst::Here(_)
                | Inst::CountInit(_)
                | Inst::Atomic
                | Inst::Keep => pc += 1,
                Inst::Jump(t) => pc = t,
                Inst::Fork { other, .. } | Inst::ForkLazy { other } => {
                    self.at(pc + 1)?;
                    pc = other;
                }
                Inst::LoopIfMoved { target, .. } => {
                    self.at(target)?;
                    pc += 1;
                }
                Inst::CountTest { exit, .. } => {
                    self.at(pc + 1)?;
                    pc = exit;
                }
                Inst::CountNext { test, .. } => pc = test,
                Inst::Look { other: NONE, negative: false, end } => pc = end,
                Inst::Look { other, negative: true, end } if other == end => pc = end,
                Inst::IfGroups { other, .. } | Inst::IfRecursion { other, .. } => {
                    self.at(pc + 1)?;
                    pc = other;
                }
                Inst::Fail => return Some(()),
                _ => return None,
            }
        }
    }
}

fn first(p: &Program, called: &[bool], pc: u32) -> Option<Bitmap> {
    let mut f = First { p, called, steps: STEPS, map: [0; 4] };
    f.at(pc)?;
    Some(f.map)
}

const fn disjoint(a: &Bitmap, b: &Bitmap) -> bool {
    a[0] & b[0] | a[1] & b[1] | a[2] & b[2] | a[3] & b[3] == 0
}

fn bitmap(p: &mut Program, map: Bitmap) -> u32 {
    if let Some(i) = p.bitmaps.iter().position(|m| *m == map) {
        return i as u32;
    }
    p.bitmaps.push(map);
    (p.bitmaps.len() - 1) as u32
}

/// Forks and runs learn what may follow.
pub(super) fn optimise(p: &mut Program, called: &[bool]) {
    for pc in 0..p.insts.len() {
        let next = pc as u32 + 1;
        match p.insts[pc] {
            Inst::Run { item: i, min, max, mode, .. } if mode != Mode::Possessive => {
                let Some(follows) = first(p, called, next) else { continue };
                let apart = item(p, i).is_some_and(|own| disjoint(&own, &follows));
                // A lazy run stays one, since it may have to stop early for its upper bound only.
                let mode = if apart && mode == Mode::Greedy { Mode::Possessive } else { mode };
                let next = bitmap(p, follows);
                p.insts[pc] = Inst::Run { item: i, min, max, mode, next };
            }
            Inst::Fork { other, .. } => {
                let (a, b) = (first(p, called, next), first(p, called, other));
                let here = a.map_or(NONE, |m| bitmap(p, m));
                let there = b.map_or(NONE, |m| bitmap(p, m));
                p.insts[pc] = Inst::Fork { other, here, there };
            }
            _ => {}
        }
    }
}

/// Is the place reached only at the beginning (or behind a newline)?
fn anchor(p: &Program, mut pc: u32, steps: &mut u32) -> Option<Start> {
    loop {
        *steps = steps.checked_sub(1)?;
        match p.insts[pc as usize] {
            Inst::Open(_) | Inst::Atomic => pc += 1,
            Inst::Jump(t) => pc = t,
            Inst::Assert(Assert::SubjectStart | Assert::Circumflex | Assert::MatchStart) => {
                return Some(Start::Anchored);
            }
            Inst::Assert(Assert::LineStart) if p.options.newline == Newline::Lf => return Some(Start::Lines),
            Inst::Fork { other, .. } => {
                let (a, b) = (anchor(p, pc + 1, steps)?, anchor(p, other, steps)?);
                return match (a, b) {
                    (Start::Anchored, Start::Anchored) => Some(Start::Anchored),
                    _ => Some(Start::Lines),
                };
            }
            _ => return None,
        }
    }
}

/// A pattern that begins with `.*` and has nothing that could make a later start succeed where this one fails.
fn leading_any(p: &Program) -> Option<Start> {
    let plain = p.insts.iter().all(|i| {
        !matches!(
            i,
            Inst::Reference { .. }
                | Inst::Call { .. }
                | Inst::Verb(..)
                | Inst::Mark(_)
                | Inst::Accept
                | Inst::IfGroups { .. }
                | Inst::Atomic
                | Inst::Fork { .. }
                | Inst::ForkLazy { .. }
                | Inst::CountTest { .. }
                | Inst::Keep
        )
    });
    let at = p.insts.iter().position(|i| !matches!(i, Inst::Open(_)))?;
    let Inst::Run { item: Item::Set(s), min: 0, max: UNLIMITED, mode: Mode::Greedy | Mode::Lazy, .. } = p.insts[at]
    else {
        return None;
    };
    let set = &p.sets[s as usize];
    let no_newline = p.options.newline == Newline::Lf && matches!(*set.ranges, [(0, 9), (11, _)]);
    match (plain, set.full) {
        (true, true) => Some(Start::Anchored),
        (true, false) if no_newline => Some(Start::Lines),
        _ => None,
    }
}

/// The character behind verbs at the beginning. PCRE looks for it before it tries anything, so that verbs before it see
/// only such places; it knows no longer text then.
fn first_behind_verbs(p: &Program, at: usize) -> Option<u8> {
    let verb = |i: &Inst| matches!(i, Inst::Verb(..) | Inst::Mark(_) | Inst::Open(_));
    match p.insts[at..].iter().find(|i| !verb(i))? {
        Inst::One(Item::Byte(b)) => Some(*b),
        Inst::Bytes(from, _) => Some(p.literals[*from as usize]),
        _ => None,
    }
}

/// Where a match may begin.
pub(super) fn start(p: &Program, called: &[bool]) -> Start {
    if p.options.has(o::ANCHORED) {
        return Start::Anchored;
    }
    if p.options.has(o::NO_START_OPTIMIZE) {
        return Start::Anywhere;
    }
    if let Some(start) = anchor(p, 0, &mut { STEPS }) {
        return start;
    }
    if let Some(start) = leading_any(p) {
        return start;
    }
    let at = p.insts.iter().position(|i| !matches!(i, Inst::Open(_))).unwrap_or(0);
    if let Inst::Bytes(from, len) = p.insts[at] {
        let text = &p.literals[from as usize..(from + len) as usize];
        return Start::Literal(alloc::boxed::Box::new(memchr::memmem::Finder::new(text).into_owned()));
    }
    if let Some(b) = first_behind_verbs(p, at) {
        return Start::Few([b, b, b], 1);
    }
    let Some(map) = first(p, called, 0) else { return Start::Anywhere };
    let bytes: alloc::vec::Vec<u8> = (0..=255).filter(|b| super::program::bit(&map, *b)).collect();
    match bytes[..] {
        [a] => Start::Few([a, a, a], 1),
        [a, b] => Start::Few([a, b, b], 2),
        [a, b, c] => Start::Few([a, b, c], 3),
        _ => Start::Bytes(map),
    }
}
