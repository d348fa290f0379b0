//! `atomics` (`erl_bif_atomics.c`).

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicU64, Ordering};

use joist_vm::atom::{self, Atom};
use joist_vm::process::{Bail, NativeResult, Process, make_reference};
use joist_vm::term::{Term, build, compare};

use crate::table::Binding;
use crate::term_args;

pub(crate) const BINDINGS: &[Binding] = &[
    ("put", 3, |p, a| {
        let (c, v) = (cell(p, a)?, value(p, a[0], a[2])?);
        c.store(v, Ordering::SeqCst);
        Ok(Term::atom(atom::OK))
    }),
    ("get", 2, |p, a| {
        let v = cell(p, a)?.load(Ordering::SeqCst);
        Ok(shown(p, a[0], v))
    }),
    ("add", 3, |p, a| {
        let (c, v) = (cell(p, a)?, increment(p, a[2])?);
        c.fetch_add(v, Ordering::SeqCst);
        Ok(Term::atom(atom::OK))
    }),
    ("add_get", 3, |p, a| {
        let (c, v) = (cell(p, a)?, increment(p, a[2])?);
        let new = c.fetch_add(v, Ordering::SeqCst).wrapping_add(v);
        Ok(shown(p, a[0], new))
    }),
    ("exchange", 3, |p, a| {
        let (c, v) = (cell(p, a)?, value(p, a[0], a[2])?);
        let old = c.swap(v, Ordering::SeqCst);
        Ok(shown(p, a[0], old))
    }),
    ("compare_exchange", 4, |p, a| {
        let (c, old, new) = (cell(p, a)?, value(p, a[0], a[2])?, value(p, a[0], a[3])?);
        match c.compare_exchange(old, new, Ordering::SeqCst, Ordering::SeqCst) {
            Ok(_) => Ok(Term::atom(atom::OK)),
            Err(is) => Ok(shown(p, a[0], is)),
        }
    }),
    ("info", 1, info),
];

/// An array of 64-bit atomic integers.
struct Array {
    cells: Vec<AtomicU64>,
    signed: bool,
}

/// The most cells of an array.
const MOST: usize = 1 << 28;

/// How many cells an array is to have.
/// # Errors
/// `badarg` for what is no positive integer, `system_limit` for more than there may be.
pub(crate) fn arity(p: &mut Process, t: Term) -> Result<usize, Bail> {
    match t.as_usize() {
        Some(0) => Err(p.badarg()),
        Some(n) if n <= MOST => Ok(n),
        None if !t.is_integer() || compare::compare(t, Term::small(0)).is_lt() => Err(p.badarg()),
        _ => Err(p.system_limit()),
    }
}

/// `erts_internal:atomics_new(Arity, Options)`: bit 0 of the options says signed.
pub(crate) fn new(p: &mut Process, a: &[Term]) -> NativeResult {
    let n = arity(p, a[0])?;
    let signed = term_args::size(p, a[1])? & 1 != 0;
    let cells = (0..n).map(|_| AtomicU64::new(0)).collect();
    let array: Arc<dyn core::any::Any + Send + Sync> = Arc::new(Array { cells, signed });
    Ok(build::magic_reference(p, make_reference(), array))
}

fn array(p: &mut Process, t: Term) -> Result<&'static Array, Bail> {
    t.as_magic().and_then(|m| m.downcast_ref::<Array>()).ok_or_else(|| p.badarg())
}

fn cell(p: &mut Process, a: &[Term]) -> Result<&'static AtomicU64, Bail> {
    let array = array(p, a[0])?;
    let i = a[1].as_usize().and_then(|i| i.checked_sub(1));
    i.and_then(|i| array.cells.get(i)).ok_or_else(|| p.badarg())
}

fn value(p: &mut Process, of: Term, t: Term) -> Result<u64, Bail> {
    let signed = array(p, of)?.signed;
    let v = if signed { t.as_i64().map(|v| v as u64) } else { t.as_u64() };
    v.ok_or_else(|| p.badarg())
}

fn increment(p: &mut Process, t: Term) -> Result<u64, Bail> {
    t.as_i64().map(|v| v as u64).or_else(|| t.as_u64()).ok_or_else(|| p.badarg())
}

fn shown(p: &mut Process, of: Term, v: u64) -> Term {
    let signed = of.as_magic().and_then(|m| m.downcast_ref::<Array>()).is_some_and(|a| a.signed);
    if signed { build::integer(p, v as i64) } else { build::unsigned(p, v) }
}

fn info(p: &mut Process, a: &[Term]) -> NativeResult {
    let array = array(p, a[0])?;
    let (min, max) = if array.signed {
        (build::integer(p, i64::MIN), build::integer(p, i64::MAX))
    } else {
        (Term::small(0), build::unsigned(p, u64::MAX))
    };
    let n = array.cells.len() as i64;
    let pairs = [("size", Term::small(n)), ("max", max), ("min", min), ("memory", Term::small(n * 8 + 40))];
    let pairs = pairs.map(|(k, v)| (Term::atom(Atom::new(k)), v));
    Ok(joist_vm::map::from_pairs(p, &pairs))
}
