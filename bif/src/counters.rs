//! `counters` with `write_concurrency` (`erl_bif_counters.c`): each scheduler adds to a cell of its own, and a reader sums
//! them up. (`counters` without it are `atomics`.)

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::any::Any;
use core::sync::atomic::{AtomicI64, Ordering};

use joist_vm::atom::{self, Atom};
use joist_vm::process::{Bail, NativeResult, Process, make_reference};
use joist_vm::sched;
use joist_vm::term::{Term, build};

use crate::atomics::arity;
use crate::table::Binding;

pub(crate) const INTERNAL: &[Binding] = &[
    ("counters_new", 1, new),
    ("counters_get", 2, |p, a| {
        let (c, i) = counter(p, a)?;
        let sum = c.cells(i).fold(0i64, |sum, cell| sum.wrapping_add(cell.load(Ordering::Relaxed)));
        Ok(build::integer(p, sum))
    }),
    ("counters_add", 3, |p, a| {
        let (c, i) = counter(p, a)?;
        let n = a[2].as_i64().or_else(|| a[2].as_u64().map(|n| n as i64)).ok_or_else(|| p.badarg())?;
        c.cell(i, p.scheduler() + 1).fetch_add(n, Ordering::Relaxed);
        Ok(Term::atom(atom::OK))
    }),
    ("counters_put", 3, |p, a| {
        let (c, i) = counter(p, a)?;
        let n = a[2].as_i64().ok_or_else(|| p.badarg())?;
        let others = c.cells(i).skip(1).fold(0i64, |sum, cell| sum.wrapping_add(cell.load(Ordering::Relaxed)));
        c.cell(i, 0).store(n.wrapping_sub(others), Ordering::Relaxed);
        Ok(Term::atom(atom::OK))
    }),
    ("counters_info", 1, info),
];

/// Cells that share a line of the cache.
const LINE: usize = 8;

#[repr(align(64))]
struct Line([AtomicI64; LINE]);

/// Eight counters have one line for the base value and one for each scheduler.
struct Counters {
    arity: usize,
    /// Lines that eight counters have.
    copies: usize,
    lines: Vec<Line>,
}

impl Counters {
    fn cell(&self, i: usize, copy: usize) -> &AtomicI64 {
        &self.lines[i / LINE * self.copies + copy].0[i % LINE]
    }

    fn cells(&self, i: usize) -> impl Iterator<Item = &AtomicI64> {
        (0..self.copies).map(move |copy| self.cell(i, copy))
    }
}

fn new(p: &mut Process, a: &[Term]) -> NativeResult {
    let arity = arity(p, a[0])?;
    let copies = sched::schedulers() + 1;
    let lines = (0..arity.div_ceil(LINE) * copies).map(|_| Line(core::array::from_fn(|_| AtomicI64::new(0)))).collect();
    let counters: Arc<dyn Any + Send + Sync> = Arc::new(Counters { arity, copies, lines });
    Ok(build::magic_reference(p, make_reference(), counters))
}

fn counters(p: &mut Process, t: Term) -> Result<&'static Counters, Bail> {
    t.as_magic().and_then(|m| m.downcast_ref::<Counters>()).ok_or_else(|| p.badarg())
}

/// The array and the index, counted from 0.
fn counter(p: &mut Process, a: &[Term]) -> Result<(&'static Counters, usize), Bail> {
    let c = counters(p, a[0])?;
    let i = a[1].as_usize().and_then(|i| i.checked_sub(1)).filter(|i| *i < c.arity);
    i.map(|i| (c, i)).ok_or_else(|| p.badarg())
}

fn info(p: &mut Process, a: &[Term]) -> NativeResult {
    let c = counters(p, a[0])?;
    let memory = c.lines.len() * size_of::<Line>() + size_of::<Counters>();
    let pairs = [("size", c.arity), ("memory", memory)].map(|(k, n)| (Term::atom(Atom::new(k)), Term::small(n as i64)));
    Ok(joist_vm::map::from_pairs(p, &pairs))
}
