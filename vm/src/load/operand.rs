//! Operands of generic instructions, and the compact encoding they are written in (`beam_asm.erl`, `encode_arg`).

use alloc::vec::Vec;
use core::ops::Range;

use super::LoadError;
use crate::term::Term;

/// A register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reg {
    X(u16),
    Y(u16),
}

/// An operand, with constants resolved.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Arg {
    /// A plain number (arity, live registers, units, flags …).
    U(u64),
    /// A constant: small integer, atom, nil or a literal.
    Const(Term),
    X(u16),
    Y(u16),
    /// A float register.
    F(u16),
    /// A label; 0 is none.
    Label(u32),
    /// A list of operands (select_val, tuples, maps …): where its elements lie among those of all lists.
    List {
        first: u32,
        len: u32,
    },
    /// An allocation list: words, floats, funs.
    Alloc {
        words: u32,
        floats: u32,
        funs: u32,
    },
}

impl Arg {
    /// A register operand.
    pub(crate) const fn reg(&self) -> Option<Reg> {
        match self {
            Arg::X(n) => Some(Reg::X(*n)),
            Arg::Y(n) => Some(Reg::Y(*n)),
            _ => None,
        }
    }

    /// Where a list's elements lie.
    pub(crate) const fn elements(&self) -> Option<Range<usize>> {
        match *self {
            Arg::List { first, len } => Some(first as usize..first as usize + len as usize),
            _ => None,
        }
    }

    pub(crate) const fn is_x(&self, n: u16) -> bool {
        matches!(self, Arg::X(m) if *m == n)
    }
}

/// The most X and Y registers and float registers that code may name.
pub(crate) const MAX_X: u64 = 1023;
pub(crate) const MAX_Y: u64 = 1023;
pub(crate) const MAX_F: u64 = 1023;

/// Reads compact operands.
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    /// The elements of the lists that have been read.
    pub lists: Vec<Arg>,
}

/// What constants refer to.
pub(crate) struct Pools<'a> {
    pub atoms: &'a [crate::atom::Atom],
    pub literals: &'a [Term],
    pub types: usize,
}

fn truncated() -> LoadError {
    LoadError::new("truncated operand")
}

impl<'a> Reader<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Reader<'a> {
        Reader { bytes, at: 0, lists: Vec::new() }
    }

    pub(crate) const fn at_end(&self) -> bool {
        self.at >= self.bytes.len()
    }

    /// Bytes read so far.
    pub(crate) const fn position(&self) -> usize {
        self.at
    }

    pub(crate) fn byte(&mut self) -> Result<u8, LoadError> {
        let b = *self.bytes.get(self.at).ok_or_else(truncated)?;
        self.at += 1;
        Ok(b)
    }

    /// Tag (low three bits) and value; numbers beyond 64 bits come as their two's-complement bytes.
    fn tagged(&mut self) -> Result<(u8, Number<'a>), LoadError> {
        let first = self.byte()?;
        let tag = first & 7;
        if first & 8 == 0 {
            return Ok((tag, Number::Small(i64::from(first >> 4))));
        }
        if first & 16 == 0 {
            let low = self.byte()?;
            return Ok((tag, Number::Small(i64::from(first >> 5) << 8 | i64::from(low))));
        }
        let n = if first >> 5 < 7 {
            usize::from(first >> 5) + 2
        } else {
            match self.tagged()? {
                (0, Number::Small(n)) if (0..1 << 24).contains(&n) => n as usize + 9,
                _ => return Err(LoadError::new("bad operand length")),
            }
        };
        let bytes = self.bytes.get(self.at..self.at + n).ok_or_else(truncated)?;
        self.at += n;
        if n > 8 {
            return Ok((tag, Number::Big(bytes)));
        }
        let sign = if bytes[0] & 0x80 != 0 { -1i64 } else { 0 };
        Ok((tag, Number::Small(bytes.iter().fold(sign, |v, b| v << 8 | i64::from(*b)))))
    }

    /// A plain number, as in chunk headers.
    pub(crate) fn number(&mut self) -> Result<(u8, i64), LoadError> {
        match self.tagged()? {
            (tag, Number::Small(n)) => Ok((tag, n)),
            _ => Err(LoadError::new("number too large")),
        }
    }

    /// The next operand. Integers too large for a small are built by `big`.
    pub(crate) fn arg(
        &mut self,
        pools: &Pools<'_>,
        big: &mut dyn FnMut(&[u8]) -> Term,
        depth: u32,
    ) -> Result<Arg, LoadError> {
        let (tag, number) = self.tagged()?;
        if let Number::Big(bytes) = number {
            return match tag {
                1 => Ok(Arg::Const(big(bytes))),
                // A size in bits that nothing can have (`<<_:(1 bsl 64)>>`): so is the largest number.
                0 if bytes[0] & 0x80 == 0 => Ok(Arg::U(i64::MAX as u64)),
                _ => Err(LoadError::new("operand too large")),
            };
        }
        let Number::Small(n) = number else { return Err(truncated()) };
        let below = |limit: u64, what: &'static str| {
            u64::try_from(n)
                .ok()
                .filter(|v| *v <= limit)
                .ok_or_else(|| LoadError::new(alloc::format!("bad {what} {n}")))
        };
        Ok(match tag {
            0 => Arg::U(below(i64::MAX as u64, "number")?),
            1 => Arg::Const(Term::try_small(n).unwrap_or_else(|| big(&n.to_be_bytes()))),
            2 if n == 0 => Arg::Const(Term::NIL),
            2 => {
                let a = pools.atoms.get(below(u64::from(u32::MAX), "atom")? as usize - 1);
                Arg::Const(Term::atom(*a.ok_or_else(|| LoadError::new("bad atom index"))?))
            }
            3 => Arg::X(below(MAX_X, "x register")? as u16),
            4 => Arg::Y(below(MAX_Y, "y register")? as u16),
            5 => Arg::Label(below(u64::from(u32::MAX), "label")? as u32),
            6 => Arg::U(below(0x0010_ffff, "character")?),
            _ => self.extended(n, pools, big, depth)?,
        })
    }

    fn extended(
        &mut self,
        kind: i64,
        pools: &Pools<'_>,
        big: &mut dyn FnMut(&[u8]) -> Term,
        depth: u32,
    ) -> Result<Arg, LoadError> {
        match kind {
            1 if depth == 0 => {
                let (_, n) = self.number()?;
                if n < 0 || n as usize > self.bytes.len() - self.at {
                    return Err(LoadError::new("bad list length"));
                }
                let first = u32::try_from(self.lists.len()).map_err(|_| LoadError::new("lists too long"))?;
                for _ in 0..n {
                    let element = self.arg(pools, big, depth + 1)?;
                    self.lists.push(element);
                }
                Ok(Arg::List { first, len: n as u32 })
            }
            2 => match self.number()? {
                (_, n) if n as u64 <= MAX_F => Ok(Arg::F(n as u16)),
                _ => Err(LoadError::new("bad float register")),
            },
            3 => {
                let (_, n) = self.number()?;
                let (mut words, mut floats, mut funs) = (0u32, 0u32, 0u32);
                for _ in 0..n.clamp(0, 16) {
                    let ((_, kind), (_, count)) = (self.number()?, self.number()?);
                    let count = u32::try_from(count).ok().filter(|c| *c <= 1 << 24);
                    let count = count.ok_or_else(|| LoadError::new("bad allocation"))?;
                    match kind {
                        0 => words += count,
                        1 => floats += count,
                        2 => funs += count,
                        _ => return Err(LoadError::new("bad allocation kind")),
                    }
                    if words.max(floats).max(funs) > 1 << 24 {
                        return Err(LoadError::new("allocation too large"));
                    }
                }
                Ok(Arg::Alloc { words, floats, funs })
            }
            4 => {
                let (_, n) = self.number()?;
                let literal = usize::try_from(n).ok().and_then(|n| pools.literals.get(n));
                literal.map(|t| Arg::Const(*t)).ok_or_else(|| LoadError::new("bad literal index"))
            }
            5 => {
                let register = self.arg(pools, big, depth + 1)?;
                let (_, index) = self.number()?;
                if register.reg().is_none() || index < 0 || (pools.types > 0 && index as usize >= pools.types) {
                    return Err(LoadError::new("bad typed register"));
                }
                Ok(register)
            }
            _ => Err(LoadError::new("bad operand tag")),
        }
    }
}

enum Number<'a> {
    Small(i64),
    Big(&'a [u8]),
}
