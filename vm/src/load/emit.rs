//! Writes specialised instructions: picks each op's variant by the kinds of its operands, lays them out, and remembers
//! where labels are needed.

use alloc::vec::Vec;
use core::sync::atomic::AtomicU64;

use super::{Arg, LoadError, Reg};
use crate::engine::{FAMILIES, OPS, instruction};
use crate::term::Term;

/// An operand of a specialised instruction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Operand {
    X(u16),
    Y(u16),
    C(Term),
    F(u16),
    Label(u32),
    /// A number: a slot, a count of words (`B`), or a whole word.
    N(u64),
}

impl From<&Arg> for Operand {
    fn from(a: &Arg) -> Operand {
        match a {
            Arg::X(n) => Operand::X(*n),
            Arg::Y(n) => Operand::Y(*n),
            Arg::F(n) => Operand::F(*n),
            Arg::Const(t) => Operand::C(*t),
            Arg::Label(l) => Operand::Label(*l),
            Arg::U(n) => Operand::N(*n),
            // No op takes a list as one operand: the kinds won't fit, which is reported.
            Arg::List { .. } | Arg::Alloc { .. } => Operand::N(u64::MAX),
        }
    }
}

impl From<Reg> for Operand {
    fn from(r: Reg) -> Operand {
        match r {
            Reg::X(n) => Operand::X(n),
            Reg::Y(n) => Operand::Y(n),
        }
    }
}

impl From<u64> for Operand {
    fn from(n: u64) -> Operand {
        Operand::N(n)
    }
}

impl From<usize> for Operand {
    fn from(n: usize) -> Operand {
        Operand::N(n as u64)
    }
}

impl From<Term> for Operand {
    fn from(t: Term) -> Operand {
        Operand::C(t)
    }
}

/// A label as an operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Label(pub u32);

impl From<Label> for Operand {
    fn from(l: Label) -> Operand {
        Operand::Label(l.0)
    }
}

/// Offsets of words that are to hold a label's address, and the label.
pub(crate) type Fixups = Vec<(u32, u32)>;

/// Code under construction.
#[derive(Debug)]
pub(crate) struct Emitter<'a> {
    pub code: Vec<u64>,
    /// Word offset of each label, once it is known.
    pub labels: &'a mut [Option<u32>],
    /// Words that are to hold a label's address.
    fixups: Vec<(u32, u32)>,
    /// The first thing that was wrong.
    pub error: Option<LoadError>,
}

include!(concat!(env!("OUT_DIR"), "/emitters.rs"));

impl<'a> Emitter<'a> {
    pub(crate) const fn new(labels: &'a mut [Option<u32>]) -> Emitter<'a> {
        Emitter { code: Vec::new(), labels, fixups: Vec::new(), error: None }
    }

    /// The offset of the next instruction.
    pub(crate) fn here(&self) -> u32 {
        self.code.len() as u32
    }

    pub(crate) fn fail(&mut self, text: alloc::string::String) {
        if self.error.is_none() {
            self.error = Some(LoadError::new(text));
        }
    }

    /// Defines a label here.
    pub(crate) fn label(&mut self, label: u32) {
        let here = self.here();
        match self.labels.get_mut(label as usize) {
            Some(l @ None) if label != 0 => *l = Some(here),
            _ => self.fail(alloc::format!("bad or repeated label {label}")),
        }
    }

    /// A word behind the instruction.
    pub(crate) fn word(&mut self, word: u64) {
        self.code.push(word);
    }

    /// A label's address behind the instruction (0 for none).
    pub(crate) fn label_word(&mut self, label: u32) {
        if label == 0 {
            self.code.push(0);
            return;
        }
        if label as usize >= self.labels.len() {
            self.fail(alloc::format!("no label {label}"));
        }
        self.fixups.push((self.here(), label));
        self.code.push(0);
    }

    /// A source operand behind the instruction.
    pub(crate) fn source_word(&mut self, a: &Arg) {
        match source(a.into()) {
            Some(w) => self.code.push(w),
            None => self.fail(alloc::format!("bad source {a:?}")),
        }
    }

    /// A destination operand behind the instruction.
    pub(crate) fn destination_word(&mut self, a: &Arg) {
        match destination(a.into()) {
            Some(w) => self.code.push(w),
            None => self.fail(alloc::format!("bad destination {a:?}")),
        }
    }

    /// Emits an op of this family.
    pub(crate) fn emit(&mut self, family: usize, operands: &[Operand]) {
        let f = &FAMILIES[family];
        let mut variant = 0;
        for (o, kinds) in operands.iter().zip(f.kinds) {
            let wanted = match o {
                Operand::X(_) => b'x',
                Operand::Y(_) => b'y',
                Operand::C(t) if kinds.contains('i') && short(*t).is_some() => b'i',
                _ => b'c',
            };
            let i = if kinds.len() == 1 { Some(0) } else { kinds.bytes().position(|k| k == wanted) };
            let Some(i) = i else {
                self.fail(alloc::format!("{}: {o:?} where {kinds} is wanted", f.name));
                return;
            };
            variant = variant * kinds.len() + i;
        }
        let variant = f.first + variant;
        let info = &OPS[variant];
        let at = self.code.len();
        self.code.resize(at + info.size, 0);
        self.code[at] = instruction(variant);
        for ((o, kind), (is_word, slot)) in operands.iter().zip(info.kinds.bytes()).zip(info.slots) {
            if let (true, Operand::Label(l)) = (*is_word, o) {
                if *l as usize >= self.labels.len() {
                    self.fail(alloc::format!("no label {l}"));
                } else if *l != 0 {
                    self.fixups.push(((at + slot) as u32, *l));
                }
                if kind != b'L' {
                    self.fail(alloc::format!("{}: label where {} is wanted", info.name, char::from(kind)));
                }
                continue;
            }
            let Some(value) = encode(*o, kind) else {
                self.fail(alloc::format!("{}: bad operand {o:?} for {}", info.name, char::from(kind)));
                return;
            };
            if *is_word {
                self.code[at + slot] = value;
            } else {
                self.code[at + 1 + slot / 4] |= value << (16 * (slot % 4));
            }
        }
    }

    /// Puts the labels' addresses into the code, which is in its final place.
    pub(crate) fn resolve(
        code: &mut [AtomicU64],
        fixups: &[(u32, u32)],
        labels: &[Option<u32>],
    ) -> Result<(), LoadError> {
        let base = code.as_ptr();
        for (at, label) in fixups {
            let Some(offset) = labels[*label as usize] else {
                return Err(LoadError::new(alloc::format!("undefined label {label}")));
            };
            *code[*at as usize].get_mut() = base.wrapping_add(offset as usize) as u64;
        }
        Ok(())
    }

    /// The code and its fixups.
    pub(crate) fn finish(self) -> Result<(Vec<u64>, Fixups), LoadError> {
        match self.error {
            Some(e) => Err(e),
            None => Ok((self.code, self.fixups)),
        }
    }
}

fn source(o: Operand) -> Option<u64> {
    Some(match o {
        Operand::X(n) => u64::from(n) * 8,
        Operand::Y(n) => (u64::from(n) * 8) | 4,
        Operand::C(t) => t.raw(),
        _ => return None,
    })
}

fn destination(o: Operand) -> Option<u64> {
    Some(match o {
        Operand::X(n) => u64::from(n) * 8,
        Operand::Y(n) => (u64::from(n) * 8) | 1,
        _ => return None,
    })
}

/// A small integer of 16 bits.
fn short(t: Term) -> Option<i16> {
    t.as_small().and_then(|n| i16::try_from(n).ok())
}

fn encode(o: Operand, kind: u8) -> Option<u64> {
    let slot = |n: u64| (n <= 0xffff).then_some(n);
    match (kind, o) {
        (b'x', Operand::X(n)) | (b'y', Operand::Y(n)) | (b'F', Operand::F(n)) => slot(u64::from(n) * 8),
        (b'c', Operand::C(t)) => Some(t.raw()),
        (b'i', Operand::C(t)) => short(t).map(|n| u64::from(n as u16)),
        (b'S', o) => source(o),
        (b'D', o) => destination(o),
        (b'U', Operand::N(n)) => slot(n),
        (b'B', Operand::N(n)) => slot(n.checked_mul(8)?),
        (b'W', Operand::N(n)) => Some(n),
        (b'W', Operand::C(t)) => Some(t.raw()),
        (b'L', Operand::N(0)) => Some(0),
        _ => None,
    }
}
