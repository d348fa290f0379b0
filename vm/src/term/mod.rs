//! Terms: the 64-bit tagged word and what it points to. The bit layout is BEAM's (`erts/emulator/beam/erl_term.h`)
//! with few changes; only this folder knows it, all others use constructors and checked views.
//!
//! A `Term` is a plain word. A boxed term is valid while the heap that holds it lives and no collection has
//! moved it; natives never see a term move (collections run only at instruction boundaries), so the views below
//! lend slices for as long as a native runs.

mod bits;
mod boxed;
pub mod build;
pub mod compare;
pub mod display;
mod equal;
mod external;
mod fun;
pub mod hash;
mod header;
mod immediate;
mod list;
pub mod record;
mod reference;

pub use bits::{Binary, Bits, MatchContext};
pub use build::{Alloc, OffHeap};
pub use external::{External, ExternalKind};
pub use fun::{FunRef, FunView};
pub use header::{Header, Tag};
pub use immediate::{Pid, PortId};
pub use list::ListIter;
pub use record::Record;
pub use reference::{Magic, Reference};

/// A tagged word: an immediate (small integer, atom, pid, port, nil, catch mark), a pointer to a cons cell, or a
/// pointer to a boxed object.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct Term(pub(crate) u64);

/// Pairs of words are compared by identity with `==`; [`crate::term::compare`] has Erlang's orders.
impl Term {
    /// No term at all: the answer of a failed guard, a hole.
    pub const NONE: Term = Term(0);
    /// The empty list.
    pub const NIL: Term = Term(0x3b);

    /// The raw word.
    #[inline(always)]
    #[must_use]
    pub const fn raw(self) -> u64 {
        self.0
    }

    /// A term from its raw word.
    /// # Safety
    /// The word must be a valid immediate, or point to a live and well-formed object.
    #[inline(always)]
    #[must_use]
    pub const unsafe fn from_raw(word: u64) -> Term {
        Term(word)
    }

    /// Is this [`Term::NONE`]?
    #[inline(always)]
    #[must_use]
    pub const fn is_none(self) -> bool {
        self.0 == 0
    }

    /// Any immediate: no memory behind it.
    #[inline(always)]
    #[must_use]
    pub const fn is_immediate(self) -> bool {
        self.0 & 3 == 3
    }

    /// Is this the empty list?
    #[inline(always)]
    #[must_use]
    pub const fn is_nil(self) -> bool {
        self.0 == Term::NIL.0
    }

    /// A cons cell.
    #[inline(always)]
    #[must_use]
    pub const fn is_cons(self) -> bool {
        self.0 & 3 == 1
    }

    /// A boxed object of any kind.
    #[inline(always)]
    #[must_use]
    pub const fn is_boxed(self) -> bool {
        self.0 & 3 == 2
    }

    /// The word that a cons or boxed term points to.
    #[inline(always)]
    pub(crate) const fn ptr(self) -> *mut u64 {
        (self.0 & !3) as *mut u64
    }

    /// A boxed term that points to a header.
    #[inline(always)]
    pub(crate) fn boxed(p: *const u64) -> Term {
        Term(p as u64 | 2)
    }

    /// A list term that points to a cell.
    #[inline(always)]
    pub(crate) fn cons_at(p: *const u64) -> Term {
        Term(p as u64 | 1)
    }
}
