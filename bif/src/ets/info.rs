//! What tables tell about themselves, and which there are.

use alloc::vec::Vec;

use joist_vm::atom::{self, Atom};
use joist_vm::code::{self, Mfa};
use joist_vm::ets::{self, Kind, Protection, Table, WriteConcurrency};
use joist_vm::process::{self, NativeResult, Process};
use joist_vm::term::{Term, build};

use super::iterate::step;
use super::{Access, SUPER_USERS, cause, find, table};
use crate::table::Binding;
use crate::term_args;

pub(crate) const BINDINGS: &[Binding] = &[
    ("info", 1, info),
    ("info", 2, |p, a| match find(a[0]) {
        // Stock's own Erlang code gathers these.
        Ok(_) if a[1].is(atom::BINARY) => {
            let function = Atom::new("ets_info_binary");
            let gather = code::export(Mfa { module: atom::ERTS_INTERNAL, function, arity: 1 });
            Err(p.trap_to(gather, &a[..1]))
        }
        Ok(t) => match a[1].as_atom().and_then(|what| item(p, &t, what)) {
            Some(v) => Ok(v),
            None => Err(p.badarg()),
        },
        Err("id") => Ok(Term::atom(atom::UNDEFINED)),
        Err(why) => Err(cause(p, why)),
    }),
    ("internal_request_all", 0, request_all),
];

/// `erts_internal`'s part.
pub(crate) const INTERNAL: &[Binding] = &[
    ("ets_super_user", 1, |p, a| {
        let pid = p.pid();
        if term_args::boolean(p, a[0])? {
            SUPER_USERS.lock().insert(pid);
        } else {
            SUPER_USERS.lock().remove(&pid);
        }
        Ok(Term::atom(atom::OK))
    }),
    ("ets_raw_first", 1, |p, a| step(p, a[0], None, false, false)),
    ("ets_raw_next", 2, |p, a| step(p, a[0], Some(a[1]), false, false)),
    ("ets_lookup_binary_info", 2, binary_info),
];

/// The items of `info/1`, in its order.
const ITEMS: &[&str] = &[
    "id",
    "decentralized_counters",
    "read_concurrency",
    "write_concurrency",
    "compressed",
    "memory",
    "owner",
    "heir",
    "name",
    "size",
    "node",
    "named_table",
    "type",
    "keypos",
    "protection",
];

fn info(p: &mut Process, a: &[Term]) -> NativeResult {
    let t = match find(a[0]) {
        Ok(t) => t,
        Err("id") => return Ok(Term::atom(atom::UNDEFINED)),
        Err(why) => return Err(cause(p, why)),
    };
    let mut pairs: Vec<Term> = Vec::new();
    for name in ITEMS {
        let name = Atom::new(name);
        if let Some(v) = item(p, &t, name) {
            pairs.push(build::tuple(p, &[Term::atom(name), v]));
        }
    }
    Ok(build::list(p, &pairs))
}

fn size(n: usize) -> Term {
    Term::small(n as i64)
}

fn item(p: &mut Process, t: &alloc::sync::Arc<Table>, what: Atom) -> Option<Term> {
    let o = &t.options;
    Some(match what.text() {
        "id" => ets::reference(p, t),
        "decentralized_counters" => Term::bool(o.decentralized_counters),
        "read_concurrency" => Term::bool(o.read_concurrency),
        "write_concurrency" => match o.write_concurrency {
            WriteConcurrency::No => Term::bool(false),
            WriteConcurrency::Yes => Term::bool(true),
            WriteConcurrency::Auto => Term::atom(atom::AUTO),
            WriteConcurrency::Locks(n) => {
                build::tuple(p, &[Term::atom(Atom::new("debug_hash_fixed_number_of_locks")), size(n)])
            }
        },
        "compressed" => Term::bool(o.compressed),
        "memory" => size(t.memory()),
        "owner" => Term::pid(t.owner()),
        "heir" => t.heir().map_or(Term::atom(atom::NONE), Term::pid),
        "name" => Term::atom(t.name()),
        "size" => size(t.len()),
        "node" => Term::atom(joist_vm::node::this().name),
        "named_table" => Term::bool(o.named),
        "type" => Term::atom(match o.kind {
            Kind::Set => atom::SET,
            Kind::OrderedSet => atom::ORDERED_SET,
            Kind::Bag => atom::BAG,
            Kind::DuplicateBag => atom::DUPLICATE_BAG,
        }),
        "keypos" => size(o.keypos),
        "protection" => Term::atom(match t.protection() {
            Protection::Private => atom::PRIVATE,
            Protection::Protected => atom::PROTECTED,
            Protection::Public => atom::PUBLIC,
        }),
        "fixed" => Term::bool(t.is_fixed()),
        "safe_fixed" => safe_fixed(p, t, false),
        "safe_fixed_monotonic_time" => safe_fixed(p, t, true),
        "stats" => stats(p, t),
        _ => return None,
    })
}

/// `{Time, [{Pid, Times}]}`, or false.
fn safe_fixed(p: &mut Process, t: &Table, monotonic: bool) -> Term {
    let (since, by) = t.with_fixation(|f| (f.since, f.by.clone()));
    if by.is_empty() {
        return Term::bool(false);
    }
    let pairs: Vec<Term> = by.iter().map(|(pid, n)| build::tuple(p, &[Term::pid(*pid), size(*n)])).collect();
    let list = build::list(p, &pairs);
    let time = if monotonic {
        build::integer(p, crate::erlang::time::monotonic_of(since.0))
    } else {
        let us = since.1 / 1000;
        let parts = [us / 1_000_000_000_000, us / 1_000_000 % 1_000_000, us % 1_000_000];
        build::tuple(p, &parts.map(|n| Term::small(n as i64)))
    };
    build::tuple(p, &[time, list])
}

/// Of hash tables: {Slots, AverageChain, StandardDeviation, Expected, ShortestChain, LongestChain, Kept, Locks}, a chain
/// being the objects of one slot; `Kept` were deleted while the table was fixed. Of an ordered one with
/// `write_concurrency` stock tells {RoutingNodes, BaseNodes, Depth} of its own tree: here it is one lock's.
fn stats(p: &mut Process, t: &Table) -> Term {
    if t.is_ordered() {
        let concurrent = t.options.write_concurrency != WriteConcurrency::No;
        return if concurrent { build::tuple(p, &[size(0), size(1), size(0)]) } else { Term::bool(false) };
    }
    let s = t.statistics();
    let slots = t.slots().max(1);
    let average = t.len() as f64 / slots as f64;
    let deviation = libm::sqrt((s.squares as f64 / slots as f64 - average * average).max(0.0));
    let expected = libm::sqrt(average * (1.0 - 1.0 / slots as f64));
    let [average, deviation, expected] = [average, deviation, expected].map(|v| build::float(p, v));
    let shortest = if s.used < slots { 0 } else { s.shortest };
    let (slots, rest) = (size(slots), [shortest, s.longest, s.kept, s.locks].map(size));
    build::tuple(p, &[slots, average, deviation, expected, rest[0], rest[1], rest[2], rest[3]])
}

/// All tables, to the caller, in as many answers as there are schedulers.
fn request_all(p: &mut Process, _: &[Term]) -> NativeResult {
    let reference = process::make_ref(p);
    let ids: Vec<Term> = ets::all().iter().filter(|t| t.is_alive()).map(|t| ets::identifier(p, t)).collect();
    let mut list = build::list(p, &ids);
    p.charge(ids.len() / 8);
    for _ in 0..joist_vm::sched::schedulers() {
        let message = build::tuple(p, &[reference, list]);
        process::send(p.pid(), message);
        list = Term::NIL;
    }
    Ok(reference)
}

/// The large binaries that the objects with a key refer to; tells `{Id, Size, References}` of each.
fn binary_info(p: &mut Process, a: &[Term]) -> NativeResult {
    let t = table(p, a[0], Access::Read)?;
    let mut found: Vec<(u64, usize, usize)> = Vec::new();
    t.with(a[1], |o| {
        found.extend(o.binaries());
        true
    });
    let tuples: Vec<Term> = found
        .into_iter()
        .map(|(id, bytes, references)| {
            let id = build::unsigned(p, id);
            build::tuple(p, &[id, size(bytes), size(references)])
        })
        .collect();
    Ok(build::list(p, &tuples))
}
