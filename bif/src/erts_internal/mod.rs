//! `erts_internal`: what OTP's own Erlang code asks of the emulator.

pub(crate) mod ports;
pub(crate) mod purge;
pub(crate) mod requests;

use alloc::vec::Vec;

use joist_vm::atom::{self, Atom};
use joist_vm::map::MapIter;
use joist_vm::process::{NativeResult, Process, SpawnOptions};
use joist_vm::term::{Term, build};

use crate::erlang;
use crate::table::Binding;
use crate::term_args;

pub(crate) const BINDINGS: &[Binding] = &[
    ("spawn_system_process", 3, |p, a| {
        erlang::spawn::start(p, a, &SpawnOptions { system: true, ..SpawnOptions::default() })
    }),
    ("prepare_loading", 2, |p, a| {
        let Some(bytes) = a[1].as_binary() else { return Err(p.badarg()) };
        erlang::code::prepare(p, a[0], &bytes)
    }),
    ("beamfile_chunk", 2, |p, a| {
        let (Some(bytes), Some(name)) = (a[0].as_binary(), term_args::bytes(a[1])) else { return Err(p.badarg()) };
        let Ok(name) = <[u8; 4]>::try_from(&name[..]) else { return Err(p.badarg()) };
        match joist_vm::load::BeamFile::new_checked(&bytes).ok().and_then(|f| f.chunk(&name).map(<[u8]>::to_vec)) {
            Some(chunk) => Ok(build::binary(p, &chunk)),
            None => Ok(Term::atom(atom::UNDEFINED)),
        }
    }),
    ("beamfile_module_md5", 1, |p, a| {
        let Some(bytes) = a[0].as_binary() else { return Err(p.badarg()) };
        match joist_vm::load::prepare(&bytes) {
            Ok(m) => Ok(build::binary(p, &m.md5)),
            Err(_) => Ok(Term::atom(atom::UNDEFINED)),
        }
    }),
    ("map_next", 3, map_next),
    ("map_to_tuple_keys", 1, |p, a| a[0].flat_map_keys().ok_or_else(|| p.badarg())),
    ("map_hashmap_children", 1, |p, a| match (a[0].as_hash_map(), a[0].as_hamt_node()) {
        (Some((_, _, c)), _) | (None, Some((_, c))) => Ok(build::list(p, c)),
        (None, None) => Err(p.badarg()),
    }),
    ("term_type", 1, |_, a| Ok(Term::atom(Atom::new(term_type(a[0]))))),
    ("term_to_string", 2, |p, a| {
        let limit = if a[1].is(atom::UNDEFINED) { Some(usize::MAX) } else { a[1].as_usize().filter(|n| *n > 0) };
        let Some(limit) = limit else { return Err(p.badarg()) };
        Ok(build::string(p, &joist_vm::term::display::to_bytes(a[0], limit)))
    }),
    ("create_dist_channel", 3, |p, _| Err(p.notsup())),
    ("scheduler_wall_time", 1, |p, a| {
        let on = term_args::boolean(p, a[0])?;
        let before = joist_vm::sched::wall_time().is_some();
        if on != before {
            joist_vm::sched::count_wall_time(on);
        }
        Ok(Term::bool(before))
    }),
    ("get_creation", 0, |_, _| Ok(Term::small(i64::from(joist_vm::node::this().creation)))),
    ("time_unit", 0, |_, _| Ok(Term::small(1_000_000_000))),
    ("perf_counter_unit", 0, |_, _| Ok(Term::small(1_000_000_000))),
    ("is_system_process", 1, |p, a| {
        let pid = term_args::local_pid(p, a[0])?;
        Ok(Term::bool(joist_vm::process::lookup(pid).is_some_and(|s| s.is_system())))
    }),
    ("cmp_term", 2, |_, a| Ok(Term::small(joist_vm::term::compare::compare_exact(a[0], a[1]) as i64))),
    ("get_dflags", 0, |p, _| {
        Ok(build::tuple(
            p,
            &[
                Term::atom(Atom::new("erts_dflags")),
                Term::small(0),
                Term::small(0),
                Term::small(0),
                Term::small(0),
                Term::small(0),
            ],
        ))
    }),
    // One of them sends what `erlang:memory/0` and `system_info({allocator, _})` ask for, the other is never asked.
    ("no_aux_work_threads", 0, |_, _| Ok(Term::small(2))),
    ("atomics_new", 2, |p, a| crate::atomics::new(p, a)),
    ("processes_next", 1, processes_next),
    ("process_display", 2, process_display),
    // There are no dirty schedulers, and none may ask for them: as stock answers whoever is not one.
    ("is_process_executing_dirty", 1, |p, a| {
        term_args::local_pid(p, a[0])?;
        Ok(Term::bool(false))
    }),
    ("dirty_process_handle_signals", 1, |p, _| Err(p.notsup())),
    ("check_dirty_process_code", 2, |p, _| Err(p.notsup())),
    ("system_check", 1, |p, a| {
        // Each scheduler is there, or this would not run.
        if a[0].is(Atom::new("schedulers")) { Ok(Term::atom(atom::OK)) } else { Err(p.badarg()) }
    }),
];

/// `process_display(Pid, backtrace)`: shows a process's stack on the console.
fn process_display(p: &mut Process, a: &[Term]) -> NativeResult {
    if !a[1].is(Atom::new("backtrace")) {
        return Err(p.badarg());
    }
    let pid = term_args::local_pid(p, a[0])?;
    if pid != p.pid() && joist_vm::process::lookup(pid).is_none() {
        return Err(p.badarg());
    }
    erlang::process_info::request(p, pid, |q, _| {
        let text = erlang::backtrace::text(q);
        // Whoever reads the console is gone if this fails.
        let _ = joist_vm::platform::platform().console_write(2, text.as_bytes());
        Term::bool(true)
    })
}

/// `processes_next(Iterator)` of OTP 28: all at once, then there are none.
fn processes_next(p: &mut Process, a: &[Term]) -> NativeResult {
    // All at once, and then nothing: `erlang:processes_next/1` asks until there is `none`.
    match a[0].as_small() {
        Some(0) => {}
        Some(1) => return Ok(Term::atom(atom::NONE)),
        _ => return Err(p.badarg()),
    }
    let all: Vec<Term> = joist_vm::process::pids().into_iter().map(Term::pid).collect();
    let list = build::list(p, &all);
    Ok(build::tuple(p, &[Term::small(1), list]))
}

fn term_type(t: Term) -> &'static str {
    use joist_vm::term::Tag;
    match t.header().map(|h| h.tag()) {
        Some(Tag::Tuple) => "tuple",
        Some(Tag::PosBig | Tag::NegBig) => "bignum",
        Some(Tag::Float) => "hfloat",
        Some(Tag::HeapBits) => "heap_binary",
        Some(Tag::SubBits) => "sub_binary",
        Some(Tag::BinRef) => "refc_binary",
        Some(Tag::MatchContext) => "matchstate",
        Some(Tag::Ref) => "reference",
        Some(Tag::External) if t.is_pid() => "external_pid",
        Some(Tag::External) if t.is_port() => "external_port",
        Some(Tag::External) => "external_reference",
        Some(Tag::Fun | Tag::Export) => "fun",
        Some(Tag::FlatMap) => "flatmap",
        Some(Tag::HashMap) => "hashmap",
        Some(Tag::HamtNode) => "hashmap_node",
        Some(Tag::Record) => "record",
        None if t.is_small() => "fixnum",
        None if t.is_atom() => "atom",
        None if t.is_nil() => "nil",
        None if t.is_cons() => "list",
        None if t.is_local_pid() => "pid",
        None => "port",
    }
}

/// How many pairs an iterator hands out at once.
const BATCH: usize = 128;

/// As [`map_next`], for an iterator with an order (OTP 26 on): its path is the list of keys that are to come.
fn map_next_ordered(p: &mut Process, a: &[Term]) -> NativeResult {
    let keys = term_args::list(p, a[0])?;
    let iterator = a[2].is(atom::ITERATOR);
    if !iterator && !a[2].is_list() {
        return Err(p.badarg());
    }
    let (now, later) = keys.split_at(if iterator { keys.len().min(BATCH) } else { keys.len() });
    p.charge(now.len() / 8);
    let mut result = match later {
        [] if iterator => Term::atom(atom::NONE),
        [] => a[2],
        later => {
            let path = build::list(p, later);
            build::cons(p, path, a[1])
        }
    };
    for key in now.iter().rev() {
        let Some(value) = joist_vm::map::get(a[1], *key) else { return Err(p.badarg()) };
        result = if iterator {
            build::tuple(p, &[*key, value, result])
        } else {
            let pair = build::tuple(p, &[*key, value]);
            build::cons(p, pair, result)
        };
    }
    Ok(result)
}

/// `map_next(Path, Map, iterator | List)`: `{K1, V1, {K2, V2, … [Path | Map]}}`, or the pairs before a list.
fn map_next(p: &mut Process, a: &[Term]) -> NativeResult {
    if let (Some((keys, values)), true, true) = (a[1].as_flat_map(), a[0] == Term::small(0), a[2].is(atom::ITERATOR)) {
        // All of a small map, from the start.
        let pairs = keys.iter().zip(values).rev();
        return Ok(pairs.fold(Term::atom(atom::NONE), |next, (k, v)| build::tuple(p, &[*k, *v, next])));
    }
    if a[0].is_list() && a[1].is_map() {
        return map_next_ordered(p, a);
    }
    let path = match (a[0].as_u64(), a[0].as_big()) {
        (Some(n), _) => [n].into_iter().collect(),
        (None, Some((false, limbs))) => limbs.to_vec(),
        _ => return Err(p.badarg()),
    };
    if !a[1].is_map() {
        return Err(p.badarg());
    }
    let iterator = a[2].is(atom::ITERATOR);
    if !iterator && !a[2].is_list() {
        return Err(p.badarg());
    }
    let mut it = MapIter::resume(a[1], &path);
    let batch: Vec<(Term, Term)> = it.by_ref().take(BATCH).collect();
    let next = it.path().map(|path| build::big(p, false, &path));
    if iterator {
        let mut result = match next {
            Some(path) => build::cons(p, path, a[1]),
            None => Term::atom(atom::NONE),
        };
        for (k, v) in batch.into_iter().rev() {
            result = build::tuple(p, &[k, v, result]);
        }
        return Ok(result);
    }
    let mut list = a[2];
    for (k, v) in batch.into_iter().rev() {
        let pair = build::tuple(p, &[k, v]);
        list = build::cons(p, pair, list);
    }
    Ok(match next {
        Some(path) => build::list_with_tail(p, &[path, a[1]], list),
        None => list,
    })
}
