//! Equality of terms, `=:=` and `==`, on an explicit stack. Read beside it: `eq` in `erts/emulator/beam/utils.c`.

use alloc::vec::Vec;
use core::cmp::Ordering;

use super::{External, ExternalKind, FunRef, Tag, Term};
use crate::number;

/// Whether `0.0` and `-0.0` are different terms, as they are from OTP 27 on.
#[must_use]
pub fn zeros_are_distinct() -> bool {
    crate::release::at_least(27)
}

/// `a =:= b`.
#[inline(always)]
#[must_use]
pub fn exact_eq(a: Term, b: Term) -> bool {
    a == b || (!a.is_immediate() && !b.is_immediate() && equal(a, b, true))
}

/// `a == b`.
#[inline(always)]
#[must_use]
pub fn eq(a: Term, b: Term) -> bool {
    a == b || (!(a.is_immediate() && b.is_immediate()) && equal(a, b, false))
}

/// Terms still to be compared pairwise.
struct Job {
    a: &'static [Term],
    b: &'static [Term],
    exact: bool,
    /// The terms are a trie's children: a cell is `[Key | Value]`, the key always compared exactly.
    children: bool,
}

impl Term {
    /// The two words of a cons cell.
    #[inline(always)]
    pub(crate) fn cell(self) -> &'static [Term; 2] {
        debug_assert!(self.is_cons());
        // SAFETY: a list term points to a live cell of two words; Term is a transparent u64.
        unsafe { &*self.ptr().cast() }
    }
}

/// So deep terms are compared by recursion, which needs no memory of its own.
const SHALLOW: u32 = 8;

#[inline(never)]
fn equal(a: Term, b: Term, exact: bool) -> bool {
    shallow(a, b, exact, SHALLOW).unwrap_or_else(|| deep(a, b, exact))
}

/// Compares numbers, bitstrings, lists, tuples and flat maps; none for anything else, or if they are too deep.
fn shallow(mut a: Term, mut b: Term, exact: bool, depth: u32) -> Option<bool> {
    let next = depth.checked_sub(1)?;
    let element = |x: Term, y: Term| {
        if x == y {
            return Some(true);
        }
        if x.is_immediate() && y.is_immediate() || exact && (x.is_immediate() || y.is_immediate()) {
            return Some(false);
        }
        shallow(x, y, exact, next)
    };
    while a.is_cons() {
        if !b.is_cons() {
            return Some(false);
        }
        let ([x, more_a], [y, more_b]) = (a.cell(), b.cell());
        if !element(*x, *y)? {
            return Some(false);
        }
        (a, b) = (*more_a, *more_b);
        if a == b {
            return Some(true);
        }
    }
    let (Some(ha), Some(hb)) = (a.header(), b.header()) else {
        return if exact || !(a.is_number() && b.is_number()) { Some(false) } else { None };
    };
    match ha.tag() {
        Tag::Tuple => {
            if ha != hb {
                return Some(false);
            }
            for (x, y) in a.term_words().iter().zip(b.term_words()) {
                if !element(*x, *y)? {
                    return Some(false);
                }
            }
            Some(true)
        }
        Tag::HeapBits | Tag::SubBits => match (a.as_bits(), b.as_bits()) {
            (Some(x), Some(y)) => Some(x.len == y.len && x.compare(&y) == Ordering::Equal),
            _ => Some(false),
        },
        Tag::Float if hb.is(Tag::Float) => {
            let (x, y) = (f64::from_bits(a.words()[0]), f64::from_bits(b.words()[0]));
            Some(x == y && (!exact || x != 0.0 || x.to_bits() == y.to_bits() || !zeros_are_distinct()))
        }
        Tag::PosBig | Tag::NegBig if exact || ha == hb => Some(ha == hb && a.words() == b.words()),
        Tag::FlatMap => {
            let (Some((keys, values)), Some((other_keys, other_values))) = (a.as_flat_map(), b.as_flat_map()) else {
                return Some(false);
            };
            if keys.len() != other_keys.len() {
                return Some(false);
            }
            for (x, y) in keys.iter().zip(other_keys) {
                // Keys are compared exactly in any case.
                if x != y && (x.is_immediate() || y.is_immediate() || !shallow(*x, *y, true, next)?) {
                    return Some(false);
                }
            }
            for (x, y) in values.iter().zip(other_values) {
                if !element(*x, *y)? {
                    return Some(false);
                }
            }
            Some(true)
        }
        _ => None,
    }
}

fn deep(a: Term, b: Term, exact: bool) -> bool {
    let mut jobs: Vec<Job> = Vec::new();
    if !step(a, b, exact, false, &mut jobs) {
        return false;
    }
    while let Some(job) = jobs.pop() {
        let n = job.a.len();
        let mut i = 0;
        while i < n {
            let (x, y) = (job.a[i], job.b[i]);
            i += 1;
            if x == y {
                continue;
            }
            if i < n && !x.is_immediate() {
                jobs.push(Job { a: &job.a[i..], b: &job.b[i..], ..job });
                i = n;
            }
            if !step(x, y, job.exact, job.children, &mut jobs) {
                return false;
            }
        }
    }
    true
}

/// Compares one pair as far as possible without going into it; what is inside becomes jobs.
fn step(a: Term, b: Term, exact: bool, children: bool, jobs: &mut Vec<Job>) -> bool {
    if a == b {
        return true;
    }
    if a.is_cons() {
        if !b.is_cons() {
            return false;
        }
        if children {
            let ([ka, va], [kb, vb]) = (a.cell(), b.cell());
            push(jobs, core::slice::from_ref(va), core::slice::from_ref(vb), exact);
            push(jobs, core::slice::from_ref(ka), core::slice::from_ref(kb), true);
            return true;
        }
        return list(a, b, exact, jobs);
    }
    let (Some(ha), Some(hb)) = (a.header(), b.header()) else {
        return !exact && a.is_number() && b.is_number() && number::compare(a, b) == Ordering::Equal;
    };
    match ha.tag() {
        Tag::Record => match (a.as_record(), b.as_record()) {
            (Some(x), Some(y)) if x.is_like(&y) => {
                push(jobs, x.values, y.values, exact);
                true
            }
            _ => false,
        },
        Tag::Tuple => {
            if ha != hb {
                return false;
            }
            push(jobs, a.term_words(), b.term_words(), exact);
            true
        }
        Tag::Float | Tag::PosBig | Tag::NegBig => match (a.as_float(), b.as_float()) {
            (Some(x), Some(y)) => x == y && (!exact || x != 0.0 || x.to_bits() == y.to_bits() || !zeros_are_distinct()),
            (None, None) => ha == hb && a.words() == b.words(),
            _ => !exact && b.is_number() && number::compare(a, b) == Ordering::Equal,
        },
        Tag::HeapBits | Tag::SubBits => match (a.as_bits(), b.as_bits()) {
            (Some(x), Some(y)) => x.len == y.len && x.compare(&y) == Ordering::Equal,
            _ => false,
        },
        Tag::Fun | Tag::Export => fun(a, b, exact, jobs),
        Tag::FlatMap => {
            if ha != hb {
                return false;
            }
            let (wa, wb) = (a.term_words(), b.term_words());
            push(jobs, &wa[1..], &wb[1..], exact);
            push(jobs, &wa[..1], &wb[..1], true);
            true
        }
        Tag::HashMap | Tag::HamtNode => {
            let raw = if ha.is(Tag::HashMap) { 2 } else { 1 };
            let (wa, wb) = (a.term_words(), b.term_words());
            if ha != hb || wa[..raw] != wb[..raw] {
                return false;
            }
            jobs.push(Job { a: &wa[raw..], b: &wb[raw..], exact, children: true });
            true
        }
        Tag::Ref => match (a.as_reference(), b.as_reference()) {
            (Some(x), Some(y)) => x.numbers == y.numbers,
            _ => false,
        },
        Tag::External => match (a.as_external(), b.as_external()) {
            (Some(x), Some(y)) => external(&x, &y),
            _ => false,
        },
        Tag::MatchContext | Tag::BinRef => false,
    }
}

fn push(jobs: &mut Vec<Job>, a: &'static [Term], b: &'static [Term], exact: bool) {
    jobs.push(Job { a, b, exact, children: false });
}

fn list(mut a: Term, mut b: Term, exact: bool, jobs: &mut Vec<Job>) -> bool {
    loop {
        let (x, y) = (a.cell(), b.cell());
        if x[0] != y[0] {
            if x[0].is_immediate() && y[0].is_immediate() {
                return false;
            }
            push(jobs, x, y, exact);
            return true;
        }
        if x[1] == y[1] {
            return true;
        }
        if !x[1].is_cons() || !y[1].is_cons() {
            push(jobs, &x[1..], &y[1..], exact);
            return true;
        }
        (a, b) = (x[1], y[1]);
    }
}

fn fun(a: Term, b: Term, exact: bool, jobs: &mut Vec<Job>) -> bool {
    let (Some(x), Some(y)) = (a.as_fun(), b.as_fun()) else { return false };
    match (x.code, y.code) {
        (FunRef::Local(e), FunRef::Local(g)) => {
            let same = core::ptr::eq(e, g) || (e.module == g.module && e.index == g.index && e.old_uniq == g.old_uniq);
            if same && x.env.len() == y.env.len() {
                push(jobs, x.env, y.env, exact);
                return true;
            }
            false
        }
        (FunRef::External(e), FunRef::External(g)) => e.mfa == g.mfa,
        _ => false,
    }
}

fn external(x: &External, y: &External) -> bool {
    if x.kind != y.kind || x.node != y.node || x.creation != y.creation {
        return false;
    }
    if x.kind != ExternalKind::Reference {
        return x.data == y.data;
    }
    let number = |e: &External, i| if i < e.count { e.number(i) } else { 0 };
    (0..x.count.max(y.count)).all(|i| number(x, i) == number(y, i))
}
