//! Matching bitstrings: the paths that allocate.

use super::bits::{SIGNED, bit_size, context, is_little, rest};
use super::{Context, Term};
use crate::atom;
use crate::bits::{extract_float, extract_integer};
use crate::number::max_limbs;
use crate::process::Class;
use crate::term::build::{object, window};
use crate::term::{MatchContext, Tag, build};

impl Context {
    /// A match context on a bitstring; without one the process holds an exception.
    pub(crate) fn start_match(&mut self, t: Term, live: usize) -> Term {
        let p = self.process();
        let Some(bits) = t.as_bits() else {
            p.exception.set(Class::Error, Term::atom(atom::BADARG));
            return Term::NONE;
        };
        let c = object(p, Tag::MatchContext, 4);
        // SAFETY: four fresh words.
        unsafe {
            *c.add(1) = t.bits_origin().0;
            *c.add(2) = bits.base() as u64;
            *c.add(3) = bits.start as u64;
            *c.add(4) = (bits.start + bits.len) as u64;
        }
        self.keep(Term::boxed(c), live)
    }

    /// The bits of a segment, if there are so many; the context moves behind them.
    fn take(c: Term, size: Term, unit: usize) -> Option<crate::term::Bits> {
        // SAFETY: the register holds a match context.
        let c: &mut MatchContext = unsafe { &mut *context(c) };
        let n = bit_size(size, unit, c)?;
        let left = rest(c);
        if n > left.len {
            return None;
        }
        c.start += n;
        Some(left.slice(0, n))
    }

    pub(crate) fn get_integer(&mut self, c: Term, size: Term, unit: usize, flags: usize, live: usize) -> Term {
        let Some(bits) = Self::take(c, size, unit) else { return Term::NONE };
        let p = self.process();
        let value = extract_integer(p, bits, flags & SIGNED != 0, is_little(flags));
        if bits.len > 64 && value.as_big().is_some_and(|(_, limbs)| limbs.len() > max_limbs()) {
            // SAFETY: the register holds a match context; the segment is given back.
            unsafe { (*context(c)).start -= bits.len };
            return Term::NONE;
        }
        self.keep(value, live)
    }

    pub(crate) fn get_float(&mut self, c: Term, size: Term, unit: usize, flags: usize, live: usize) -> Term {
        let Some(bits) = Self::take(c, size, unit) else { return Term::NONE };
        let Some(value) = extract_float(bits, is_little(flags)) else {
            // SAFETY: the register holds a match context; the segment is given back.
            unsafe { (*context(c)).start -= bits.len };
            return Term::NONE;
        };
        let value = build::float(self.process(), value);
        self.keep(value, live)
    }

    pub(crate) fn get_binary(&mut self, c: Term, size: Term, unit: usize, live: usize) -> Term {
        let Some(bits) = Self::take(c, size, unit) else { return Term::NONE };
        let value = window(self.process(), c.bits_origin(), bits.base(), bits.start, bits.start + bits.len);
        self.keep(value, live)
    }

    pub(crate) fn get_tail(&mut self, c: Term, live: usize) -> Term {
        // SAFETY: the register holds a match context.
        let bits = rest(unsafe { &*context(c) });
        let value = window(self.process(), c.bits_origin(), bits.base(), bits.start, bits.start + bits.len);
        self.keep(value, live)
    }
}
