//! Making and ending tables, and handing them on.

use alloc::boxed::Box;
use alloc::sync::Arc;

use joist_vm::atom;
use joist_vm::ets::{self, Garbage, Kind, Options, Protection, Table, WriteConcurrency};
use joist_vm::process::{NativeResult, Process, lookup, make_reference};
use joist_vm::sync::Mutex;
use joist_vm::term::{Pid, Term, build};

use super::{Access, cause, find, table};
use crate::table::Binding;
use crate::term_args;

pub(crate) const BINDINGS: &[Binding] = &[
    ("new", 2, new),
    ("delete", 1, delete),
    ("internal_delete_all", 2, delete_all),
    ("rename", 2, rename),
    ("whereis", 1, |p, a| {
        let name = term_args::atom(p, a[0])?;
        match find(Term::atom(name)) {
            Ok(t) => Ok(ets::reference(p, &t)),
            Err(_) => Ok(Term::atom(atom::UNDEFINED)),
        }
    }),
    ("give_away", 3, give_away),
    ("setopts", 2, set_options),
    ("safe_fixtable", 2, |p, a| {
        let t = table(p, a[0], Access::Read)?;
        if term_args::boolean(p, a[1])? {
            ets::fix(p, &t);
        } else {
            ets::unfix(p, &t);
        }
        Ok(Term::bool(true))
    }),
];

type Heir = Option<(Pid, Term)>;

fn new(p: &mut Process, a: &[Term]) -> NativeResult {
    let name = term_args::atom(p, a[0])?;
    let items = term_args::list(p, a[1])?;
    let mut o = Options {
        kind: Kind::Set,
        keypos: 1,
        named: false,
        protection: Protection::Protected,
        write_concurrency: WriteConcurrency::No,
        read_concurrency: false,
        decentralized_counters: false,
        compressed: false,
    };
    let (mut heir, mut decentralized): (Heir, Option<bool>) = (None, None);
    for item in items {
        option(&mut o, &mut heir, &mut decentralized, item).ok_or_else(|| p.badarg())?;
    }
    if o.kind == Kind::OrderedSet && matches!(o.write_concurrency, WriteConcurrency::Locks(_)) {
        return Err(p.badarg());
    }
    let concurrent = o.write_concurrency != WriteConcurrency::No;
    o.decentralized_counters = concurrent
        && decentralized.unwrap_or(o.kind == Kind::OrderedSet || o.write_concurrency != WriteConcurrency::Yes);
    if o.protection == Protection::Private {
        o.write_concurrency = WriteConcurrency::No;
        o.read_concurrency = false;
        o.decentralized_counters = false;
    }
    let Some(table) = ets::create(p, name, o) else { return Err(cause(p, "already_exists")) };
    ets::set_heir(&table, heir);
    Ok(ets::identifier(p, &table))
}

/// Takes one option into account; none if it is not known.
fn option(o: &mut Options, heir: &mut Heir, decentralized: &mut Option<bool>, item: Term) -> Option<()> {
    if let Some(name) = item.as_atom() {
        match name {
            atom::SET => {}
            atom::BAG => o.kind = Kind::Bag,
            atom::DUPLICATE_BAG => o.kind = Kind::DuplicateBag,
            atom::ORDERED_SET => o.kind = Kind::OrderedSet,
            atom::PUBLIC => o.protection = Protection::Public,
            atom::PRIVATE => o.protection = Protection::Private,
            atom::PROTECTED => {}
            atom::NAMED_TABLE => o.named = true,
            atom::COMPRESSED => o.compressed = true,
            _ => return None,
        }
        return Some(());
    }
    match *item.as_tuple()? {
        [k, v] if k.is(atom::KEYPOS) => o.keypos = v.as_usize().filter(|n| *n > 0)?,
        [k, v] if k.is(atom::READ_CONCURRENCY) => o.read_concurrency = v.as_bool()?,
        [k, v] if k.is(atom::WRITE_CONCURRENCY) => o.write_concurrency = write_concurrency(v)?,
        [k, v] if k.is(atom::DECENTRALIZED_COUNTERS) => *decentralized = Some(v.as_bool()?),
        [k, v] if k.is(atom::HEIR) && v.is(atom::NONE) => *heir = None,
        [k, pid, data] if k.is(atom::HEIR) => *heir = Some((pid.as_pid()?, data)),
        _ => return None,
    }
    Some(())
}

fn write_concurrency(v: Term) -> Option<WriteConcurrency> {
    if v.is(atom::AUTO) {
        return Some(WriteConcurrency::Auto);
    }
    if let Some([k, n]) = v.as_tuple_of::<2>() {
        let known = k.as_atom().is_some_and(|k| k.text() == "debug_hash_fixed_number_of_locks");
        let n = n.as_usize().filter(|n| (1..=32768).contains(n))?;
        return known.then_some(WriteConcurrency::Locks(n));
    }
    Some(if v.as_bool()? { WriteConcurrency::Yes } else { WriteConcurrency::No })
}

/// Objects freed for one reduction.
const FREED_PER_REDUCTION: usize = 4;

type Remains = Mutex<Option<Box<Garbage>>>;

/// Frees what a table held, with yields, and then answers `result`.
fn free(p: &mut Process, mut garbage: Garbage, result: Term) -> NativeResult {
    let budget = usize::try_from(p.budget()).unwrap_or(0).max(100);
    if garbage.free_some(budget * FREED_PER_REDUCTION) {
        return Ok(result);
    }
    p.charge(budget);
    let rest: Arc<Remains> = Arc::new(Mutex::new(Some(Box::new(garbage))));
    let rest = build::magic_reference(p, make_reference(), rest);
    Err(p.yield_to(free_more, &[rest, result]))
}

fn free_more(p: &mut Process, a: &[Term]) -> NativeResult {
    let rest = a[0].as_magic().and_then(|m| m.downcast_ref::<Remains>()).and_then(|r| r.lock().take());
    match rest {
        Some(garbage) => free(p, *garbage, a[1]),
        None => Ok(a[1]),
    }
}

fn delete(p: &mut Process, a: &[Term]) -> NativeResult {
    let t = table(p, a[0], Access::Write)?;
    let Some(garbage) = ets::delete(&t) else { return Err(cause(p, "id")) };
    free(p, garbage, Term::bool(true))
}

fn delete_all(p: &mut Process, a: &[Term]) -> NativeResult {
    let t = table(p, a[0], Access::Write)?;
    let (n, garbage) = t.clear();
    free(p, garbage, Term::small(n as i64))
}

fn rename(p: &mut Process, a: &[Term]) -> NativeResult {
    let t = table(p, a[0], Access::Write)?;
    let name = term_args::atom(p, a[1])?;
    if !ets::rename(&t, name) {
        return Err(p.badarg());
    }
    Ok(if t.options.named { a[1] } else { a[0] })
}

fn give_away(p: &mut Process, a: &[Term]) -> NativeResult {
    let t = table(p, a[0], Access::Write)?;
    let to = a[1].as_pid().filter(|pid| lookup(*pid).is_some()).ok_or_else(|| p.badarg())?;
    if t.owner() != p.pid() {
        return Err(cause(p, "not_owner"));
    }
    if to == p.pid() {
        return Err(cause(p, "owner"));
    }
    ets::give_away(&t, to, a[2]);
    Ok(Term::bool(true))
}

fn set_options(p: &mut Process, a: &[Term]) -> NativeResult {
    let t = table(p, a[0], Access::Write)?;
    let (mut heir, mut protection): (Option<Heir>, Option<Protection>) = (None, None);
    let items = if a[1].as_tuple().is_some() { alloc::vec![a[1]] } else { term_args::list(p, a[1])? };
    for item in items {
        one_of(item, &mut heir, &mut protection).ok_or_else(|| p.badarg())?;
    }
    if t.owner() != p.pid() {
        return Err(p.badarg());
    }
    apply(&t, heir, protection);
    Ok(Term::bool(true))
}

fn one_of(item: Term, heir: &mut Option<Heir>, protection: &mut Option<Protection>) -> Option<()> {
    let first = match *item.as_tuple()? {
        [k, v] if k.is(atom::HEIR) && v.is(atom::NONE) => heir.replace(None).is_none(),
        [k, pid, data] if k.is(atom::HEIR) => heir.replace(Some((pid.as_pid()?, data))).is_none(),
        [k, v] if k.as_atom()?.text() == "protection" => {
            let new = match v.as_atom()? {
                atom::PUBLIC => Protection::Public,
                atom::PROTECTED => Protection::Protected,
                atom::PRIVATE => Protection::Private,
                _ => return None,
            };
            protection.replace(new).is_none()
        }
        _ => return None,
    };
    first.then_some(())
}

fn apply(t: &Table, heir: Option<Heir>, protection: Option<Protection>) {
    if let Some(heir) = heir {
        ets::set_heir(t, heir);
    }
    if let Some(protection) = protection {
        t.set_protection(protection);
    }
}
