//! `maps` (`erl_map.c`).

use alloc::vec::Vec;

use joist_vm::atom;
use joist_vm::map;
use joist_vm::process::{Bail, Process};
use joist_vm::term::{Term, build};

use crate::table::Binding;
use crate::term_args;

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
        charge(p, m);
        Ok(map::keys(p, m))
    }),
    ("values", 1, |p, a| {
        let m = need_map(p, a[0])?;
        charge(p, m);
        Ok(map::values(p, m))
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
        charge(p, x);
        charge(p, y);
        Ok(map::merge(p, x, y))
    }),
    ("from_list", 1, |p, a| {
        let pairs: Option<Vec<(Term, Term)>> =
            term_args::list(p, a[0])?.into_iter().map(|t| t.as_tuple_of::<2>().map(|[k, v]| (*k, *v))).collect();
        match pairs {
            Some(pairs) => {
                p.charge(pairs.len() / 8);
                Ok(map::from_pairs(p, &pairs))
            }
            None => Err(p.badarg()),
        }
    }),
    ("from_keys", 2, |p, a| {
        let pairs: Vec<(Term, Term)> = term_args::list(p, a[0])?.into_iter().map(|k| (k, a[1])).collect();
        p.charge(pairs.len() / 8);
        Ok(map::from_pairs(p, &pairs))
    }),
];

fn need_map(p: &mut Process, t: Term) -> Result<Term, Bail> {
    if t.is_map() { Ok(t) } else { Err(p.error_pair(atom::BADMAP, t)) }
}

fn charge(p: &mut Process, m: Term) {
    p.charge(map::size(m) / 16);
}
