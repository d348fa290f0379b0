//! Tuples.

use alloc::vec::Vec;

use joist_vm::process::{NativeResult, Process};
use joist_vm::term::{Term, build};

use crate::table::Binding;
use crate::term_args;

/// The largest tuple.
const MAX_ARITY: usize = (1 << 24) - 1;

pub(crate) const BINDINGS: &[Binding] = &[
    ("element", 2, |p, a| {
        let e = a[1].as_tuple().and_then(|t| t.get(a[0].as_usize()?.checked_sub(1)?).copied());
        e.ok_or_else(|| p.badarg())
    }),
    ("setelement", 3, set_element),
    ("tuple_size", 1, |p, a| match a[0].as_tuple() {
        Some(t) => Ok(Term::small(t.len() as i64)),
        None => Err(p.badarg()),
    }),
    ("make_tuple", 2, |p, a| {
        let n = arity(p, a[0])?;
        Ok(build::tuple(p, &alloc::vec![a[1]; n]))
    }),
    ("make_tuple", 3, make_tuple3),
    ("append_element", 2, |p, a| {
        edit(p, a[0], |v| {
            v.push(a[1]);
            true
        })
    }),
    ("insert_element", 3, |p, a| {
        let i = a[0].as_usize();
        edit(p, a[1], |v| match i {
            Some(i) if (1..=v.len() + 1).contains(&i) => {
                v.insert(i - 1, a[2]);
                true
            }
            _ => false,
        })
    }),
    ("delete_element", 2, |p, a| {
        let i = a[0].as_usize();
        edit(p, a[1], |v| match i {
            Some(i) if (1..=v.len()).contains(&i) => {
                v.remove(i - 1);
                true
            }
            _ => false,
        })
    }),
    ("list_to_tuple", 1, |p, a| {
        let items = term_args::list(p, a[0])?;
        if items.len() > MAX_ARITY {
            return Err(p.badarg());
        }
        Ok(build::tuple(p, &items))
    }),
    ("tuple_to_list", 1, |p, a| match a[0].as_tuple() {
        Some(t) => Ok(build::list(p, t)),
        None => Err(p.badarg()),
    }),
];

fn arity(p: &mut Process, t: Term) -> Result<usize, joist_vm::process::Bail> {
    match t.as_usize() {
        Some(n) if n <= MAX_ARITY => Ok(n),
        _ => Err(p.badarg()),
    }
}

fn set_element(p: &mut Process, a: &[Term]) -> NativeResult {
    edit(p, a[1], |v| match a[0].as_usize() {
        Some(i) if (1..=v.len()).contains(&i) => {
            v[i - 1] = a[2];
            true
        }
        _ => false,
    })
}

fn edit(p: &mut Process, t: Term, f: impl FnOnce(&mut Vec<Term>) -> bool) -> NativeResult {
    let Some(t) = t.as_tuple() else { return Err(p.badarg()) };
    let mut v = t.to_vec();
    if !f(&mut v) || v.len() > MAX_ARITY {
        return Err(p.badarg());
    }
    Ok(build::tuple(p, &v))
}

/// `make_tuple(Arity, Default, [{Position, Value}])`.
fn make_tuple3(p: &mut Process, a: &[Term]) -> NativeResult {
    let n = arity(p, a[0])?;
    let mut v = alloc::vec![a[1]; n];
    for pair in term_args::list(p, a[2])? {
        let place = pair.as_tuple_of::<2>().and_then(|t| Some((t[0].as_usize()?.checked_sub(1)?, t[1])));
        match place {
            Some((i, value)) if i < n => v[i] = value,
            _ => return Err(p.badarg()),
        }
    }
    Ok(build::tuple(p, &v))
}
