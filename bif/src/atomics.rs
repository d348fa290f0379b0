//! `atomics`, and `counters` on top of it (`erl_bif_atomics.c`, `erl_bif_counters.c`).

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicU64, Ordering};

use joist_vm::atom::{self, Atom};
use joist_vm::process::{Bail, NativeResult, Process, make_reference};
use joist_vm::term::{Term, build};

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

fn make(p: &mut Process, n: Term, signed: bool) -> NativeResult {
    match n.as_usize() {
        Some(n) if (1..1 << 28).contains(&n) => {
            let cells = (0..n).map(|_| AtomicU64::new(0)).collect();
            let array: Arc<dyn core::any::Any + Send + Sync> = Arc::new(Array { cells, signed });
            Ok(build::magic_reference(p, make_reference(), array))
        }
        Some(n) if n > 0 => Err(p.system_limit()),
        _ => Err(p.badarg()),
    }
}

/// `erts_internal:atomics_new(Arity, Options)`: bit 0 of the options says signed.
pub(crate) fn new(p: &mut Process, a: &[Term]) -> NativeResult {
    let options = term_args::size(p, a[1])?;
    make(p, a[0], options & 1 != 0)
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

pub(crate) fn counters_new(p: &mut Process, a: &[Term]) -> NativeResult {
    make(p, a[0], true)
}

pub(crate) fn counters_get(p: &mut Process, a: &[Term]) -> NativeResult {
    let v = cell(p, a)?.load(Ordering::Relaxed);
    Ok(build::integer(p, v as i64))
}

pub(crate) fn counters_add(p: &mut Process, a: &[Term]) -> NativeResult {
    let (c, v) = (cell(p, a)?, increment(p, a[2])?);
    c.fetch_add(v, Ordering::Relaxed);
    Ok(Term::atom(atom::OK))
}

pub(crate) fn counters_put(p: &mut Process, a: &[Term]) -> NativeResult {
    let (c, v) = (cell(p, a)?, increment(p, a[2])?);
    c.store(v, Ordering::Relaxed);
    Ok(Term::atom(atom::OK))
}

pub(crate) fn counters_info(p: &mut Process, a: &[Term]) -> NativeResult {
    let n = array(p, a[0])?.cells.len() as i64;
    let pairs =
        [("size", Term::small(n)), ("memory", Term::small(n * 8 + 40))].map(|(k, v)| (Term::atom(Atom::new(k)), v));
    Ok(joist_vm::map::from_pairs(p, &pairs))
}
