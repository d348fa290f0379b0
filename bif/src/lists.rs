//! `lists` (`erl_bif_lists.c`), and `erlang`'s `++` and `--` live in it too.

use alloc::vec::Vec;

use joist_vm::atom;
use joist_vm::process::{NativeResult, Process};
use joist_vm::term::compare::{eq, exact_eq};
use joist_vm::term::{Term, build};

use crate::table::Binding;
use crate::term_args;

pub(crate) const BINDINGS: &[Binding] = &[
    ("member", 2, |p, a| {
        let mut it = a[1].list();
        let mut n = 0;
        let found = it.by_ref().any(|t| {
            n += 1;
            exact_eq(t, a[0])
        });
        p.charge(n / 16);
        if found {
            return Ok(Term::bool(true));
        }
        if it.rest().is_nil() { Ok(Term::bool(false)) } else { Err(p.badarg()) }
    }),
    ("reverse", 2, reverse),
    ("keyfind", 3, |p, a| Ok(key(p, a)?.unwrap_or(Term::bool(false)))),
    ("keymember", 3, |p, a| Ok(Term::bool(key(p, a)?.is_some()))),
    ("keysearch", 3, |p, a| match key(p, a)? {
        Some(t) => Ok(build::tuple(p, &[Term::atom(atom::VALUE), t])),
        None => Ok(Term::bool(false)),
    }),
];

/// `erlang`'s list operators.
pub(crate) const OPERATORS: &[Binding] = &[
    ("++", 2, append),
    ("append", 2, append),
    ("--", 2, subtract),
    ("subtract", 2, subtract),
    ("hd", 1, |p, a| match a[0].as_cons() {
        Some((h, _)) => Ok(h),
        None => Err(p.badarg()),
    }),
    ("tl", 1, |p, a| match a[0].as_cons() {
        Some((_, t)) => Ok(t),
        None => Err(p.badarg()),
    }),
];

fn reverse(p: &mut Process, a: &[Term]) -> NativeResult {
    let Some(mut items) = a[0].list_to_vec() else { return Err(p.badarg()) };
    p.charge(items.len() / 16);
    items.reverse();
    Ok(build::list_with_tail(p, &items, a[1]))
}

fn append(p: &mut Process, a: &[Term]) -> NativeResult {
    if a[0].is_nil() {
        return Ok(a[1]);
    }
    let items = term_args::list(p, a[0])?;
    p.charge(items.len() / 16);
    Ok(build::list_with_tail(p, &items, a[1]))
}

/// For each element of the second list, its first occurrence in the first goes.
fn subtract(p: &mut Process, a: &[Term]) -> NativeResult {
    let (items, gone) = (term_args::list(p, a[0])?, term_args::list(p, a[1])?);
    if items.is_empty() || gone.is_empty() {
        return Ok(a[0]);
    }
    p.charge((items.len() + gone.len()) / 8);
    let kept = if gone.len() <= 16 { subtract_few(&items, gone) } else { subtract_many(&items, gone) };
    Ok(build::list(p, &kept))
}

fn subtract_few(items: &[Term], mut gone: Vec<Term>) -> Vec<Term> {
    items
        .iter()
        .filter(|t| match gone.iter().position(|g| exact_eq(*g, **t)) {
            Some(i) => {
                gone.swap_remove(i);
                false
            }
            None => true,
        })
        .copied()
        .collect()
}

/// Sorted by exact order, with how often each is still to be taken out.
fn subtract_many(items: &[Term], mut gone: Vec<Term>) -> Vec<Term> {
    use joist_vm::term::compare::compare_exact;
    gone.sort_unstable_by(|a, b| compare_exact(*a, *b));
    let mut counts: Vec<(Term, usize)> = Vec::new();
    for g in gone {
        match counts.last_mut() {
            Some((last, n)) if exact_eq(*last, g) => *n += 1,
            _ => counts.push((g, 1)),
        }
    }
    items
        .iter()
        .filter(|t| match counts.binary_search_by(|c| compare_exact(c.0, **t)) {
            Ok(i) if counts[i].1 > 0 => {
                counts[i].1 -= 1;
                false
            }
            _ => true,
        })
        .copied()
        .collect()
}

/// The first tuple whose `N`th element equals a key: exactly for atoms and the like, `==` for numbers.
fn key(p: &mut Process, a: &[Term]) -> Result<Option<Term>, joist_vm::process::Bail> {
    let Some(i) = a[1].as_usize().and_then(|n| n.checked_sub(1)) else { return Err(p.badarg()) };
    let wanted = a[0];
    let simple = wanted.is_immediate() && !wanted.is_small();
    let mut it = a[2].list();
    let mut n = 0;
    let found = it.by_ref().find(|t| {
        n += 1;
        t.as_tuple().and_then(|e| e.get(i)).is_some_and(|e| if simple { *e == wanted } else { eq(*e, wanted) })
    });
    p.charge(n / 16);
    match found {
        Some(t) => Ok(Some(t)),
        None if it.rest().is_nil() => Ok(None),
        None => Err(p.badarg()),
    }
}
