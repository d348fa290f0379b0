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

/// A number as a float, unless it is a large integer.
/// # Safety
/// See [`super::Handler`].
#[inline(always)]
pub(super) unsafe fn float_value(t: Term) -> Option<f64> {
    if t.is_small() {
        return Some(t.small_value() as f64);
    }
    // SAFETY: a boxed term has a header, a float its bits behind it.
    unsafe {
        if t.is_boxed() && Header(*t.ptr()).is(Tag::Float) { Some(f64::from_bits(*t.ptr().add(1))) } else { None }
    }
}

/// The operands as floats, if at least one of them is one.
/// # Safety
/// See [`super::Handler`].
#[inline(always)]
pub(super) unsafe fn floats(a: Term, b: Term) -> Option<(f64, f64)> {
    if !a.is_boxed() && !b.is_boxed() {
        return None;
    }
    // SAFETY: the caller's promise.
    unsafe { Some((float_value(a)?, float_value(b)?)) }
}

/// Are so many words free between heap and stack?
#[inline(always)]
pub(super) fn has_room(sp: *mut u64, hp: *mut u64, words: usize) -> bool {
    sp as usize >= hp as usize + words * 8 + super::FRAME_SLACK
}

/// The value of a key that is an immediate, in a flat map: none if there is none, or if this is another case.
/// # Safety
/// See [`super::Handler`].
#[inline(always)]
pub(super) unsafe fn flat_value(map: Term, key: Term) -> Option<Term> {
    // SAFETY: a flat map is header, keys, values; its keys are a tuple of as many terms as there are values.
    unsafe {
        if !key.is_immediate() || !map.is_boxed() || !Header(*map.ptr()).is(Tag::FlatMap) {
            return None;
        }
        let words = map.ptr();
        let n = Header(*words).arity();
        let keys = Term(*words.add(1)).ptr();
        let mut i = 1;
        while i < n {
            if *keys.add(i) == key.0 {
                return Some(Term(*words.add(1 + i)));
            }
            i += 1;
        }
        None
    }
}

/// The code of a local fun with that many arguments, its free variables put behind them; null for anything else.
/// # Safety
/// See [`super::Handler`].
#[inline(always)]
pub(super) unsafe fn fun_code(ctx: *mut Context, fun: Term, arity: usize) -> *const u64 {
    // SAFETY: a fun is header, entry, creator, free variables; the loader has seen to it that these fit the registers.
    unsafe {
        if !fun.is_boxed() || !Header(*fun.ptr()).is(Tag::Fun) {
            return core::ptr::null();
        }
        let entry = &*(*fun.ptr().add(1) as *const super::FunEntry);
        if entry.arity as usize != arity || !entry.is_loaded() {
            return core::ptr::null();
        }
        let free = Header(*fun.ptr()).arity() - 2;
        let mut i = 0;
        while i < free {
            (*ctx).x[arity + i] = Term(*fun.ptr().add(3 + i));
            i += 1;
        }
        entry.address()
    }
}

/// `is_function(F, Arity)`.
pub(super) fn is_function_of(fun: Term, arity: Term) -> bool {
    fun.as_fun().is_some_and(|f| arity.as_small() == Some(i64::from(f.arity())))
}
