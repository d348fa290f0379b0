//! Operands whose kind is known only when they are used, and small helpers of the handlers.

use super::{Context, Header, Tag, Term};

/// The value of a source operand: a constant has a term's tag in its low bits; a register has 00 there, and bit 2 tells
/// Y from X; the rest is the offset in bytes.
/// # Safety
/// See [`super::Handler`].
#[inline(always)]
pub(super) unsafe fn source(word: u64, ctx: *mut Context, sp: *mut u64) -> Term {
    // SAFETY: the loader made the word; registers lie inside their files.
    unsafe {
        if word & 3 != 0 {
            Term(word)
        } else if word & 4 == 0 {
            *ctx.cast::<u8>().add(word as usize).cast::<Term>()
        } else {
            *sp.cast::<u8>().add(word as usize - 4).cast::<Term>()
        }
    }
}

/// The place of a destination operand: bit 0 tells Y from X, the rest is the offset in bytes.
/// # Safety
/// See [`super::Handler`].
#[inline(always)]
pub(super) unsafe fn destination(offset: usize, ctx: *mut Context, sp: *mut u64) -> *mut Term {
    // SAFETY: as `source`.
    unsafe {
        if offset & 1 == 0 { ctx.cast::<u8>().add(offset).cast() } else { sp.cast::<u8>().add(offset - 1).cast() }
    }
}

#[inline(always)]
pub(super) const fn both_small(a: Term, b: Term) -> bool {
    a.0 & b.0 & 15 == 15
}

#[inline(always)]
pub(super) const fn is_big_header(word: u64) -> bool {
    Header(word).is(Tag::PosBig) || Header(word).is(Tag::NegBig)
}

/// `is_function(F, Arity)`.
pub(super) fn is_function_of(fun: Term, arity: Term) -> bool {
    fun.as_fun().is_some_and(|f| arity.as_small() == Some(i64::from(f.arity())))
}
