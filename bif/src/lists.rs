//! `lists` (`erl_bif_lists.c`), and `erlang`'s `++` and `--` live in it too.

use alloc::vec::Vec;

use hashbrown::HashTable;
use joist_vm::atom;
use joist_vm::process::{NativeResult, Process};
use joist_vm::term::compare::{eq, exact_eq};
use joist_vm::term::{Term, build, hash};

use crate::limits::budget;
use crate::slices::{Build, Seen, Walk};
use crate::table::Binding;

pub(crate) const BINDINGS: &[Binding] = &[
    ("member", 2, member),
    ("reverse", 2, reverse),
    ("keyfind", 3, |p, a| key(p, a, |_, found| found.unwrap_or(Term::bool(false)))),
    ("keymember", 3, |p, a| key(p, a, |_, found| Term::bool(found.is_some()))),
    ("keysearch", 3, |p, a| {
        key(p, a, |p, found| match found {
            Some(t) => build::tuple(p, &[Term::atom(atom::VALUE), t]),
            None => Term::bool(false),
        })
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

fn member(p: &mut Process, a: &[Term]) -> NativeResult {
    let (wanted, mut walk) = (a[0], Walk::new(a[1]));
    p.run_job(move |p: &mut Process| {
        Some(match walk.go(p, |t| exact_eq(t, wanted).then_some(()))? {
            Seen::Found(()) => Ok(Term::bool(true)),
            Seen::All if walk.is_proper() => Ok(Term::bool(false)),
            Seen::All => Err(p.badarg()),
        })
    })
}

fn reverse(p: &mut Process, a: &[Term]) -> NativeResult {
    // Cells made for one reduction.
    const RATE: usize = 8;
    let (mut rest, mut reversed) = (a[0], a[1]);
    p.run_job(move |p: &mut Process| {
        let mut it = rest.list();
        let mut items: Vec<Term> = it.by_ref().take(budget(p, RATE)).collect();
        items.reverse();
        p.charge(items.len() / RATE);
        reversed = build::list_with_tail(p, &items, reversed);
        rest = it.rest();
        match rest {
            rest if rest.is_nil() => Some(Ok(reversed)),
            rest if rest.is_cons() => None,
            _ => Some(Err(p.badarg())),
        }
    })
}

fn append(p: &mut Process, a: &[Term]) -> NativeResult {
    if a[0].is_nil() {
        return Ok(a[1]);
    }
    let (mut walk, mut items, tail) = (Walk::new(a[0]), Vec::new(), a[1]);
    let mut made: Option<Build> = None;
    p.run_job(move |p: &mut Process| {
        if made.is_none() {
            walk.go(p, |t| {
                items.push(t);
                None::<()>
            })?;
            if !walk.is_proper() {
                return Some(Err(p.badarg()));
            }
        }
        made.get_or_insert_with(|| Build::new(core::mem::take(&mut items), tail)).go(p).map(Ok)
    })
}

/// Terms that are still to be taken out of a list: a few as they are, many counted.
#[derive(Default)]
struct Gone {
    few: Vec<Term>,
    many: HashTable<(u64, Term, usize)>,
}

/// Up to so many are looked for one by one.
const FEW: usize = 16;

impl Gone {
    fn add(&mut self, t: Term) {
        if self.few.len() < FEW && self.many.is_empty() {
            return self.few.push(t);
        }
        for t in core::mem::take(&mut self.few) {
            self.count(t);
        }
        self.count(t);
    }

    fn count(&mut self, t: Term) {
        let h = hash::internal(t, 0);
        match self.many.find_mut(h, |e| e.0 == h && exact_eq(e.1, t)) {
            Some(e) => e.2 += 1,
            None => drop(self.many.insert_unique(h, (h, t, 1), |e| e.0)),
        }
    }

    /// Takes one such term out; false when there is none.
    fn take(&mut self, t: Term) -> bool {
        if self.many.is_empty() {
            let found = self.few.iter().position(|g| exact_eq(*g, t));
            return found.map(|i| self.few.swap_remove(i)).is_some();
        }
        let h = hash::internal(t, 0);
        match self.many.find_mut(h, |e| e.0 == h && exact_eq(e.1, t)) {
            Some(e) if e.2 > 0 => {
                e.2 -= 1;
                true
            }
            _ => false,
        }
    }
}

/// For each element of the second list, its first occurrence in the first goes.
fn subtract(p: &mut Process, a: &[Term]) -> NativeResult {
    let (whole, nothing_goes) = (a[0], a[1].is_nil());
    let (mut items, mut others) = (Walk::new(a[0]), Walk::new(a[1]));
    let (mut gone, mut kept) = (Gone::default(), Vec::new());
    let mut made: Option<Build> = None;
    p.run_job(move |p: &mut Process| {
        if made.is_none() {
            others.go(p, |t| {
                gone.add(t);
                None::<()>
            })?;
            items.go(p, |t| {
                if nothing_goes || !gone.take(t) {
                    kept.push(t);
                }
                None::<()>
            })?;
            if !others.is_proper() || !items.is_proper() {
                return Some(Err(p.badarg()));
            }
            if nothing_goes {
                return Some(Ok(whole));
            }
        }
        made.get_or_insert_with(|| Build::new(core::mem::take(&mut kept), Term::NIL)).go(p).map(Ok)
    })
}

/// Looks for the first tuple whose `N`th element equals a key: exactly for atoms and the like, `==` for numbers.
fn key(p: &mut Process, a: &[Term], answer: fn(&mut Process, Option<Term>) -> Term) -> NativeResult {
    let Some(i) = a[1].as_usize().and_then(|n| n.checked_sub(1)) else { return Err(p.badarg()) };
    let (wanted, mut walk) = (a[0], Walk::new(a[2]));
    let simple = wanted.is_immediate() && !wanted.is_small();
    let is = move |e: &Term| if simple { *e == wanted } else { eq(*e, wanted) };
    p.run_job(move |p: &mut Process| {
        let found = walk.go(p, |t| t.as_tuple().and_then(|e| e.get(i)).is_some_and(is).then_some(t))?;
        Some(match found {
            Seen::Found(t) => Ok(answer(p, Some(t))),
            Seen::All if walk.is_proper() => Ok(answer(p, None)),
            Seen::All => Err(p.badarg()),
        })
    })
}
