//! Objects put in, looked up and taken out by key.

use alloc::sync::Arc;
use alloc::vec::Vec;

use joist_vm::ets::{Kind, Object, Table};
use joist_vm::heap::copy;
use joist_vm::process::{Bail, NativeResult, Process, make_reference};
use joist_vm::sync::Mutex;
use joist_vm::term::compare::exact_eq;
use joist_vm::term::{Term, build};

use super::{Access, cause, table};
use crate::table::Binding;

pub(crate) const BINDINGS: &[Binding] = &[
    ("insert", 2, |p, a| insert(p, a, false)),
    ("insert_new", 2, |p, a| insert(p, a, true)),
    ("lookup", 2, |p, a| {
        let t = table(p, a[0], Access::Read)?;
        Ok(objects(p, &t, a[1]))
    }),
    ("lookup_element", 3, lookup_element),
    ("lookup_element", 4, lookup_element),
    ("member", 2, |p, a| {
        let t = table(p, a[0], Access::Read)?;
        Ok(Term::bool(t.contains(a[1])))
    }),
    ("delete", 2, |p, a| {
        let t = table(p, a[0], Access::Write)?;
        let n = t.remove(a[1], |_| true);
        p.charge(n / 8);
        Ok(Term::bool(true))
    }),
    ("delete_object", 2, |p, a| {
        let t = table(p, a[0], Access::Write)?;
        let key = key(p, &t, a[1])?;
        t.remove(key, |o| exact_eq(o.term(), a[1]));
        Ok(Term::bool(true))
    }),
    ("take", 2, take),
];

/// Is it a tuple with an element at the key position?
fn fits(t: &Table, object: Term) -> bool {
    object.as_tuple().is_some_and(|e| e.len() >= t.options.keypos)
}

fn key(p: &mut Process, t: &Table, object: Term) -> Result<Term, Bail> {
    match object.as_tuple().and_then(|e| e.get(t.options.keypos - 1)) {
        Some(key) => Ok(*key),
        None => Err(p.badarg()),
    }
}

fn insert(p: &mut Process, a: &[Term], new: bool) -> NativeResult {
    let t = table(p, a[0], Access::Write)?;
    let object = match a[1].as_cons() {
        None if a[1].is_nil() => return Ok(Term::bool(true)),
        None => a[1],
        Some((one, rest)) if rest.is_nil() => one,
        Some(_) => return insert_list(p, &t, a, new),
    };
    if !fits(&t, object) {
        return Err(p.badarg());
    }
    let object = Object::new(object);
    p.charge(object.words() / 64);
    if new {
        return Ok(Term::bool(t.insert_new(object)));
    }
    t.insert(object);
    Ok(Term::bool(true))
}

/// Objects copied so far, of a list that takes more than one slice.
type Copied = Mutex<Vec<Object>>;

fn insert_list(p: &mut Process, t: &Arc<Table>, a: &[Term], new: bool) -> NativeResult {
    let mut it = a[1].list();
    let mut n = 0;
    let all = it.by_ref().inspect(|_| n += 1).all(|o| fits(t, o));
    if !all || !it.rest().is_nil() {
        return Err(p.badarg());
    }
    p.charge(n / 64);
    fill(p, a[0], a[1], Vec::new(), new)
}

/// Copies objects while the slice lasts; then enters all of them at once.
fn fill(p: &mut Process, tab: Term, list: Term, mut objects: Vec<Object>, new: bool) -> NativeResult {
    let t = table(p, tab, Access::Write)?;
    let mut budget = usize::try_from(p.budget()).unwrap_or(0).max(200) * 8;
    let mut it = list.list();
    while budget > 0
        && let Some(o) = it.next()
    {
        let object = Object::new(o);
        budget = budget.saturating_sub(4 + object.words() / 8);
        objects.push(object);
    }
    if it.rest().is_nil() {
        p.charge(objects.len() / 8);
        if t.options.kind == Kind::Bag && !joist_vm::release::at_least(26) {
            // As older releases do: a list's last object comes first.
            objects.reverse();
        }
        return Ok(Term::bool(t.insert_all(objects, new)));
    }
    p.charge(4000);
    let state: Arc<Copied> = Arc::new(Mutex::new(objects));
    let state = build::magic_reference(p, make_reference(), state);
    let go_on: joist_vm::process::Native = |p, a| {
        let state = a[2].as_magic().and_then(|m| m.downcast_ref::<Copied>());
        let objects = state.map(|s| core::mem::take(&mut *s.lock())).unwrap_or_default();
        fill(p, a[0], a[1], objects, a[3] == Term::bool(true))
    };
    Err(p.yield_to(go_on, &[tab, it.rest(), state, Term::bool(new)]))
}

/// The objects with a key, oldest first, as a list.
pub(super) fn objects(p: &mut Process, t: &Table, key: Term) -> Term {
    let mut found: Vec<Term> = Vec::new();
    let mut one = Term::NONE;
    let mut words = 0;
    t.with(key, |o| {
        words += o.words();
        if t.is_set() {
            one = copy(p, o.term());
        } else {
            found.push(copy(p, o.term()));
        }
        true
    });
    p.charge(words / 64);
    if t.is_set() {
        return if one.is_none() { Term::NIL } else { build::cons(p, one, Term::NIL) };
    }
    build::list(p, &found)
}

fn lookup_element(p: &mut Process, a: &[Term]) -> NativeResult {
    let t = table(p, a[0], Access::Read)?;
    let i = a[2].as_usize().and_then(|i| i.checked_sub(1)).ok_or_else(|| p.badarg())?;
    let (mut found, mut any, mut short): (Vec<Term>, bool, bool) = (Vec::new(), false, false);
    let mut one = Term::NONE;
    t.with(a[1], |o| {
        any = true;
        match o.elements().get(i) {
            Some(e) if t.is_set() => one = copy(p, *e),
            Some(e) => found.push(copy(p, *e)),
            None => short = true,
        }
        !short
    });
    if !any {
        return if let Some(default) = a.get(3) { Ok(*default) } else { Err(cause(p, "badkey")) };
    }
    if short {
        return Err(p.badarg());
    }
    p.charge(found.len() / 8);
    Ok(if t.is_set() { one } else { build::list(p, &found) })
}

fn take(p: &mut Process, a: &[Term]) -> NativeResult {
    let t = table(p, a[0], Access::Write)?;
    let mut found: Vec<Term> = Vec::new();
    t.remove(a[1], |o| {
        found.push(copy(p, o.term()));
        true
    });
    p.charge(found.len() / 8);
    Ok(build::list(p, &found))
}
