//! Immediates: small integers of 60 bits, atoms, pids, ports, catch marks. Layout: `erl_term.h`, `_TAG_IMMED1_*`.

use super::Term;
use crate::atom::Atom;

const PID: u64 = 0x3;
const PORT: u64 = 0x7;
const SMALL: u64 = 0xf;
const ATOM: u64 = 0x0b;
const CATCH: u64 = 0x1b;

/// A local process: its number in the process table and a serial that tells generations of a slot apart.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Pid(u64);

impl Pid {
    /// Bits of the number; the serial has the rest of 60.
    pub const NUMBER_BITS: u32 = 28;

    /// From number (28 bits) and serial (32 bits).
    #[must_use]
    pub const fn new(number: u32, serial: u32) -> Pid {
        Pid((number as u64 & 0x0fff_ffff) | (serial as u64) << 28)
    }

    /// `N` of `<0.N.S>`.
    #[must_use]
    pub const fn number(self) -> u32 {
        (self.0 & 0x0fff_ffff) as u32
    }

    /// `S` of `<0.N.S>`.
    #[must_use]
    pub const fn serial(self) -> u32 {
        (self.0 >> 28) as u32
    }

    /// Number and serial in one word.
    #[must_use]
    pub const fn data(self) -> u64 {
        self.0
    }

    /// The inverse of [`Pid::data`].
    #[must_use]
    pub const fn from_data(data: u64) -> Pid {
        Pid(data & ((1 << 60) - 1))
    }
}

/// A local port's number.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct PortId(pub u64);

impl Term {
    /// The smallest and the largest small integer.
    pub const SMALL_MIN: i64 = -(1 << 59);
    /// See [`Term::SMALL_MIN`].
    pub const SMALL_MAX: i64 = (1 << 59) - 1;

    /// A small integer. The value must lie in `SMALL_MIN..=SMALL_MAX`; see [`super::build::integer`] for others.
    #[inline(always)]
    #[must_use]
    pub const fn small(value: i64) -> Term {
        debug_assert!(value >= Term::SMALL_MIN && value <= Term::SMALL_MAX);
        Term((value << 4) as u64 | SMALL)
    }

    /// A small integer, if the value fits.
    #[inline(always)]
    #[must_use]
    pub const fn try_small(value: i64) -> Option<Term> {
        if value >= Term::SMALL_MIN && value <= Term::SMALL_MAX { Some(Term::small(value)) } else { None }
    }

    /// Is this a small integer?
    #[inline(always)]
    #[must_use]
    pub const fn is_small(self) -> bool {
        self.0 & 0xf == SMALL
    }

    /// The value of a small integer.
    #[inline(always)]
    #[must_use]
    pub const fn as_small(self) -> Option<i64> {
        if self.is_small() { Some(self.0 as i64 >> 4) } else { None }
    }

    /// The value of what is known to be a small integer (for anything else the answer has no meaning).
    #[inline(always)]
    #[must_use]
    pub const fn small_value(self) -> i64 {
        self.0 as i64 >> 4
    }

    /// The value of a small integer that fits `usize`.
    #[must_use]
    pub fn as_usize(self) -> Option<usize> {
        self.as_small().and_then(|v| usize::try_from(v).ok())
    }

    /// The value of a small integer that is a byte.
    #[must_use]
    pub fn as_byte(self) -> Option<u8> {
        self.as_small().and_then(|v| u8::try_from(v).ok())
    }

    /// An atom as a term.
    #[inline(always)]
    #[must_use]
    pub const fn atom(a: Atom) -> Term {
        Term((a.0 as u64) << 6 | ATOM)
    }

    /// Is this an atom?
    #[inline(always)]
    #[must_use]
    pub const fn is_atom(self) -> bool {
        self.0 & 0x3f == ATOM
    }

    /// The atom.
    #[inline(always)]
    #[must_use]
    pub const fn as_atom(self) -> Option<Atom> {
        if self.is_atom() { Some(Atom((self.0 >> 6) as u32)) } else { None }
    }

    /// Is this exactly that atom?
    #[inline(always)]
    #[must_use]
    pub fn is(self, a: Atom) -> bool {
        self == Term::atom(a)
    }

    /// `true` or `false`.
    #[inline(always)]
    #[must_use]
    pub const fn bool(b: bool) -> Term {
        Term::atom(if b { crate::atom::TRUE } else { crate::atom::FALSE })
    }

    /// The value of `true` or `false`.
    #[must_use]
    pub fn as_bool(self) -> Option<bool> {
        if self.is(crate::atom::TRUE) {
            Some(true)
        } else if self.is(crate::atom::FALSE) {
            Some(false)
        } else {
            None
        }
    }

    /// A local process identifier.
    #[inline(always)]
    #[must_use]
    pub const fn pid(p: Pid) -> Term {
        Term(p.0 << 4 | PID)
    }

    /// The local process, if this is one (a remote one is [`super::External`]).
    #[inline(always)]
    #[must_use]
    pub const fn as_pid(self) -> Option<Pid> {
        if self.0 & 0xf == PID { Some(Pid(self.0 >> 4)) } else { None }
    }

    /// Is this a pid of this node?
    #[inline(always)]
    #[must_use]
    pub const fn is_local_pid(self) -> bool {
        self.0 & 0xf == PID
    }

    /// A local port identifier.
    #[must_use]
    pub const fn port(p: PortId) -> Term {
        Term(p.0 << 4 | PORT)
    }

    /// The local port, if this is one.
    #[must_use]
    pub const fn as_port(self) -> Option<PortId> {
        if self.0 & 0xf == PORT { Some(PortId(self.0 >> 4)) } else { None }
    }

    /// A catch mark: only ever in a Y register, it names an entry of the catch table.
    #[inline(always)]
    pub(crate) const fn catch(index: u32) -> Term {
        Term((index as u64) << 6 | CATCH)
    }

    /// The index of a catch mark.
    #[inline(always)]
    pub(crate) const fn as_catch(self) -> Option<u32> {
        if self.0 & 0x3f == CATCH { Some((self.0 >> 6) as u32) } else { None }
    }
}
