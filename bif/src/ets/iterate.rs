//! Walking a table key by key: `first`, `next`, `last`, `prev`, `slot`.

use alloc::vec::Vec;

use joist_vm::atom;
use joist_vm::ets::{Object, Range};
use joist_vm::heap::copy;
use joist_vm::process::{NativeResult, Process};
use joist_vm::term::{Term, build};

use super::{Access, table};
use crate::table::Binding;

pub(crate) const BINDINGS: &[Binding] = &[
    ("first", 1, |p, a| step(p, a[0], None, false, false)),
    ("last", 1, |p, a| step(p, a[0], None, true, false)),
    ("next", 2, |p, a| step(p, a[0], Some(a[1]), false, false)),
    ("prev", 2, |p, a| step(p, a[0], Some(a[1]), true, false)),
    ("first_lookup", 1, |p, a| step(p, a[0], None, false, true)),
    ("last_lookup", 1, |p, a| step(p, a[0], None, true, true)),
    ("next_lookup", 2, |p, a| step(p, a[0], Some(a[1]), false, true)),
    ("prev_lookup", 2, |p, a| step(p, a[0], Some(a[1]), true, true)),
    ("slot", 2, slot),
];

/// The first key, or the one behind `after`; with its objects, if `lookup`.
pub(super) fn step(p: &mut Process, tab: Term, after: Option<Term>, backwards: bool, lookup: bool) -> NativeResult {
    let t = table(p, tab, Access::Read)?;
    let place = match after {
        // As in stock, even where it is a key.
        Some(after) if t.is_ordered() && after.is(atom::END_OF_TABLE) => return Err(p.badarg()),
        Some(after) if !t.is_ordered() => t.place_after(after).ok_or_else(|| p.badarg())?,
        _ => 0,
    };
    let (mut key, mut objects): (Option<Term>, Vec<Term>) = (None, Vec::new());
    let mut see = |o: &Object| {
        if lookup {
            objects.push(copy(p, o.term()));
        }
        if key.is_none() {
            key = Some(copy(p, o.key(t.options.keypos)));
        }
    };
    if t.is_ordered() {
        t.walk(Range { after, backwards, ..Range::default() }, |o| {
            see(o);
            false
        });
    } else {
        t.first_from(place, see);
    }
    let Some(key) = key else { return Ok(Term::atom(atom::END_OF_TABLE)) };
    if !lookup {
        return Ok(key);
    }
    let objects = build::list(p, &objects);
    Ok(build::tuple(p, &[key, objects]))
}

fn slot(p: &mut Process, a: &[Term]) -> NativeResult {
    let t = table(p, a[0], Access::Read)?;
    let n = a[1].as_usize().ok_or_else(|| p.badarg())?;
    let mut found: Vec<Term> = Vec::new();
    if t.slot(n, |o: &Object| found.push(copy(p, o.term()))) {
        return Ok(build::list(p, &found));
    }
    if n == t.slots() { Ok(Term::atom(atom::END_OF_TABLE)) } else { Err(p.badarg()) }
}
