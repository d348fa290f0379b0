//! `maps` (`erl_map.c`).

use alloc::vec::Vec;

use joist_vm::atom;
use joist_vm::map::{self, Builder, MapIter};
use joist_vm::process::{Bail, NativeResult, Process};
use joist_vm::term::{Term, build};

use crate::limits::budget;
use crate::slices::{Build, Seen, Walk};
use crate::table::Binding;

pub(crate) const BINDINGS: &[Binding] = &[
    ("get", 2, |p, a| {
        let m = need_map(p, a[1])?;
        match map::get(m, a[0]) {
            Some(v) => Ok(v),
            None => Err(p.error_pair(atom::BADKEY, a[0])),
        }
    }),
    ("find", 2, |p, a| {
        let m = need_map(p, a[1])?;
        match map::get(m, a[0]) {
            Some(v) => Ok(build::tuple(p, &[Term::atom(atom::OK), v])),
            None => Ok(Term::atom(atom::ERROR)),
        }
    }),
    ("is_key", 2, |p, a| {
        let m = need_map(p, a[1])?;
        Ok(Term::bool(map::contains(m, a[0])))
    }),
    ("keys", 1, |p, a| {
        let m = need_map(p, a[0])?;
        list_of(p, m, |pair| pair.0)
    }),
    ("values", 1, |p, a| {
        let m = need_map(p, a[0])?;
        list_of(p, m, |pair| pair.1)
    }),
    ("put", 3, |p, a| {
        let m = need_map(p, a[2])?;
        Ok(map::put(p, m, a[0], a[1]))
    }),
    ("update", 3, |p, a| {
        let m = need_map(p, a[2])?;
        match map::update(p, m, a[0], a[1]) {
            Some(m) => Ok(m),
            None => Err(p.error_pair(atom::BADKEY, a[0])),
        }
    }),
    ("remove", 2, |p, a| {
        let m = need_map(p, a[1])?;
        Ok(map::remove(p, m, a[0]))
    }),
    ("take", 2, |p, a| {
        let m = need_map(p, a[1])?;
        match map::take(p, m, a[0]) {
            Some((v, rest)) => Ok(build::tuple(p, &[v, rest])),
            None => Ok(Term::atom(atom::ERROR)),
        }
    }),
    ("merge", 2, |p, a| {
        let (x, y) = (need_map(p, a[0])?, need_map(p, a[1])?);
        merge(p, x, y)
    }),
    ("from_list", 1, |p, a| from_list(p, a[0], |t| t.as_tuple_of::<2>().map(|[k, v]| (*k, *v)))),
    ("from_keys", 2, |p, a| {
        let value = a[1];
        from_list(p, a[0], move |k| Some((k, value)))
    }),
];

/// Pairs handled for one reduction.
const RATE: usize = 4;
/// Maps up to this size are handled in one go.
const SMALL: usize = 1024;

fn need_map(p: &mut Process, t: Term) -> Result<Term, Bail> {
    if t.is_map() { Ok(t) } else { Err(p.error_pair(atom::BADMAP, t)) }
}

/// A map of the pairs that `pair` makes of a list's elements; `badarg` where it makes none.
fn from_list(p: &mut Process, list: Term, pair: impl Fn(Term) -> Option<(Term, Term)> + 'static) -> NativeResult {
    let (mut walk, mut pairs) = (Walk::new(list), Vec::new());
    let mut builder: Option<Builder> = None;
    p.run_job(move |p: &mut Process| {
        if builder.is_none() {
            let seen = walk.go(p, |t| match pair(t) {
                Some(pair) => {
                    pairs.push(pair);
                    None
                }
                None => Some(()),
            })?;
            if matches!(seen, Seen::Found(())) || !walk.is_proper() {
                return Some(Err(p.badarg()));
            }
            if pairs.len() <= SMALL {
                p.charge(pairs.len() / RATE);
                return Some(Ok(map::from_pairs(p, &pairs)));
            }
        }
        let mut left = budget(p, RATE);
        let before = left;
        let done = builder.get_or_insert_with(|| Builder::new(core::mem::take(&mut pairs))).go(p, &mut left);
        p.charge((before - left) / RATE);
        done.map(Ok)
    })
}

/// The keys or the values, in the map's own order.
fn list_of(p: &mut Process, m: Term, what: fn((Term, Term)) -> Term) -> NativeResult {
    let (mut pairs, mut items) = (MapIter::new(m), Vec::new());
    let mut made: Option<Build> = None;
    p.run_job(move |p: &mut Process| {
        if made.is_none() {
            let room = budget(p, RATE * 2);
            let before = items.len();
            items.extend(pairs.by_ref().take(room).map(what));
            let n = items.len() - before;
            p.charge(n / (RATE * 2));
            if n == room {
                return None;
            }
        }
        made.get_or_insert_with(|| Build::new(core::mem::take(&mut items), Term::NIL)).go(p).map(Ok)
    })
}

/// Both maps' pairs; of equal keys the second's.
fn merge(p: &mut Process, first: Term, second: Term) -> NativeResult {
    let (n, m) = (map::size(first), map::size(second));
    if n.min(m) <= SMALL || first == second {
        p.charge(n.min(m) / RATE);
        return Ok(map::merge(p, first, second));
    }
    let into_second = n < m / 4;
    let (mut merged, from) = if into_second { (second, first) } else { (first, second) };
    let mut pairs = MapIter::new(from);
    p.run_job(move |p: &mut Process| {
        let room = budget(p, RATE);
        let mut n = 0;
        for (k, v) in pairs.by_ref().take(room) {
            n += 1;
            if !into_second || !map::contains(second, k) {
                merged = map::put(p, merged, k, v);
            }
        }
        p.charge(n / RATE);
        (n < room).then_some(Ok(merged))
    })
}
