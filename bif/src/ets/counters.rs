//! Changing parts of objects: `update_counter`, `update_element`.

use alloc::vec::Vec;

use joist_vm::ets::{Object, Table};
use joist_vm::heap::{Fragments, copy};
use joist_vm::number::arith;
use joist_vm::process::{Bail, NativeResult, Process};
use joist_vm::term::compare::compare;
use joist_vm::term::{Term, build};

use super::{Access, cause, table};
use crate::table::Binding;

pub(crate) const BINDINGS: &[Binding] = &[
    ("update_counter", 3, |p, a| update_counter(p, a, None)),
    ("update_counter", 4, |p, a| update_counter(p, a, Some(a[3]))),
    ("update_element", 3, |p, a| update_element(p, a, None)),
    ("update_element", 4, |p, a| update_element(p, a, Some(a[3]))),
];

/// Why nothing was changed.
enum Trouble {
    Badarg,
    Cause(&'static str),
    SystemLimit,
}

impl Trouble {
    fn raise(self, p: &mut Process) -> Bail {
        match self {
            Trouble::Badarg => p.badarg(),
            Trouble::Cause(c) => cause(p, c),
            Trouble::SystemLimit => p.system_limit(),
        }
    }
}

/// The object that a default makes for a key.
fn default_object(t: &Table, default: Option<Term>, key: Term) -> Option<Object> {
    let mut elements = default?.as_tuple()?.to_vec();
    *elements.get_mut(t.options.keypos - 1)? = key;
    let mut scratch = Fragments::new();
    Some(Object::new(build::tuple(&mut scratch, &elements)))
}

/// Is a default missing, or a tuple that has a key?
fn default_fits(t: &Table, default: Option<Term>) -> bool {
    default.is_none_or(|d| d.as_tuple().is_some_and(|e| e.len() >= t.options.keypos))
}

/// Puts new values into an object's elements (counted from 0).
fn write(o: &mut Object, changes: &[(usize, Term)]) {
    let old = o.elements();
    if changes.iter().all(|(i, v)| v.is_immediate() && old[*i].is_immediate()) {
        changes.iter().for_each(|(i, v)| o.set_immediate(*i, *v));
        return;
    }
    let mut elements = old.to_vec();
    for (i, v) in changes {
        elements[*i] = *v;
    }
    let mut scratch = Fragments::new();
    *o = Object::new(build::tuple(&mut scratch, &elements));
}

/// `{Position, Increment}` or `{Position, Increment, Threshold, SetValue}`.
struct Op {
    position: i64,
    increment: Term,
    warp: Option<(Term, Term)>,
}

fn op(t: Term) -> Option<Op> {
    let (position, increment, warp) = match *t.as_tuple()? {
        [position, increment] => (position, increment, None),
        [position, increment, threshold, value] => (position, increment, Some((threshold, value))),
        _ => return None,
    };
    let integers = increment.is_integer() && warp.is_none_or(|(t, v)| t.is_integer() && v.is_integer());
    if integers { Some(Op { position: position.as_small()?, increment, warp }) } else { None }
}

fn update_counter(p: &mut Process, a: &[Term], default: Option<Term>) -> NativeResult {
    let t = table(p, a[0], Access::Write)?;
    if default.is_some_and(|d| d.as_tuple().is_none()) {
        return Err(p.badarg());
    }
    if !t.is_set() {
        return Err(cause(p, "table_type"));
    }
    if !default_fits(&t, default) {
        return Err(p.badarg());
    }
    let as_list = a[2].is_list();
    let ops: Option<Vec<Op>> = if a[2].is_integer() {
        Some(Vec::from([Op { position: t.options.keypos as i64 + 1, increment: a[2], warp: None }]))
    } else if as_list {
        a[2].list_to_vec().and_then(|l| l.into_iter().map(op).collect())
    } else {
        op(a[2]).map(|o| Vec::from([o]))
    };
    let done = t.update(
        a[1],
        || default_object(&t, default, a[1]),
        |o| {
            let result = match &ops {
                Some(ops) => count(p, &t, o, ops),
                None => Err(Trouble::Badarg),
            };
            let keep = result.is_ok();
            (result, keep)
        },
    );
    match done {
        None => Err(cause(p, "badkey")),
        Some(Err(trouble)) => Err(trouble.raise(p)),
        Some(Ok(values)) if as_list => Ok(build::list(p, &values)),
        Some(Ok(values)) => Ok(values[0]),
    }
}

/// Does all operations or none; answers the new values, which are the process's.
fn count(p: &mut Process, t: &Table, o: &mut Object, ops: &[Op]) -> Result<Vec<Term>, Trouble> {
    for op in ops {
        if op.position == t.options.keypos as i64 {
            return Err(Trouble::Cause("keypos"));
        }
        let element = usize::try_from(op.position - 1).ok().and_then(|i| o.elements().get(i));
        match element {
            None => return Err(Trouble::Cause("position")),
            Some(e) if !e.is_integer() => return Err(Trouble::Badarg),
            Some(_) => {}
        }
    }
    let mut values: Vec<Term> = Vec::with_capacity(ops.len());
    let mut changes: Vec<(usize, Term)> = Vec::with_capacity(ops.len());
    for op in ops {
        let i = op.position as usize - 1;
        let old = changes.iter().rev().find(|c| c.0 == i).map_or(o.elements()[i], |c| c.1);
        let mut new = arith::add(p, old, op.increment).map_err(|_| Trouble::SystemLimit)?;
        if !new.is_immediate() && new == old {
            // The sum may be the old term itself, which is the table's.
            new = copy(p, new);
        }
        if let Some((threshold, value)) = op.warp {
            let down = compare(op.increment, Term::small(0)).is_lt();
            let order = compare(new, threshold);
            if if down { order.is_lt() } else { order.is_gt() } {
                new = value;
            }
        }
        changes.push((i, new));
        values.push(new);
    }
    write(o, &changes);
    Ok(values)
}

fn update_element(p: &mut Process, a: &[Term], default: Option<Term>) -> NativeResult {
    let t = table(p, a[0], Access::Write)?;
    if !t.is_set() {
        return Err(cause(p, "table_type"));
    }
    if !default_fits(&t, default) {
        return Err(p.badarg());
    }
    let list = if a[2].as_tuple().is_some() { Some(Vec::from([a[2]])) } else { a[2].list_to_vec() };
    let changes: Option<Vec<(i64, Term)>> = list.and_then(|l| {
        let change = |c: Term| c.as_tuple_of::<2>().and_then(|[i, v]| Some((i.as_small()?, *v)));
        l.into_iter().map(change).collect()
    });
    let done = t.update(
        a[1],
        || default_object(&t, default, a[1]),
        |o| {
            let result = change(&t, o, changes.as_deref());
            let keep = result.is_ok();
            (result, keep)
        },
    );
    match done {
        None => Ok(Term::bool(false)),
        Some(Ok(())) => Ok(Term::bool(true)),
        Some(Err(trouble)) => Err(trouble.raise(p)),
    }
}

fn change(t: &Table, o: &mut Object, changes: Option<&[(i64, Term)]>) -> Result<(), Trouble> {
    let changes = changes.ok_or(Trouble::Badarg)?;
    let n = o.elements().len() as i64;
    for (position, _) in changes {
        if *position == t.options.keypos as i64 {
            return Err(Trouble::Cause("keypos"));
        }
        if *position < 1 || *position > n {
            return Err(if joist_vm::release::at_least(27) { Trouble::Cause("position") } else { Trouble::Badarg });
        }
    }
    let changes: Vec<(usize, Term)> = changes.iter().map(|(i, v)| (*i as usize - 1, *v)).collect();
    write(o, &changes);
    Ok(())
}
