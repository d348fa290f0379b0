//! Making processes. The options: `erl_bif_info.c`, `erts_internal:spawn_request`'s in `erl_process.c`.

use alloc::vec::Vec;

use joist_vm::atom;
use joist_vm::code::Mfa;
use joist_vm::heap::sizes;
use joist_vm::process::{
    self, AliasMode, Bail, MonitorInfo, MonitorKind, NativeResult, Priority, Process, SpawnOptions, spawn,
};
use joist_vm::term::{Reference, Term, build};

use super::control::MOST_ARGUMENTS;
use crate::table::Binding;
use crate::term_args;

pub(crate) const BINDINGS: &[Binding] = &[
    ("spawn", 3, |p, a| plain(p, a, false)),
    ("spawn_link", 3, |p, a| plain(p, a, true)),
    ("spawn_opt", 4, |p, a| {
        let (o, monitor) = options(p, a[3])?;
        let pid = start(p, a, &o)?;
        Ok(match monitor {
            Some((r, _)) => {
                let r = build::reference(p, r);
                build::tuple(p, &[pid, r])
            }
            None => pid,
        })
    }),
    ("processes", 0, |p, _| {
        let all: Vec<Term> = process::pids().into_iter().map(Term::pid).collect();
        Ok(build::list(p, &all))
    }),
    ("spawn_request_abandon", 1, abandon),
];

/// `spawn_request_abandon(Ref)`: processes of this node are made at once, so that there is nothing left to abandon.
fn abandon(p: &mut Process, a: &[Term]) -> NativeResult {
    if a[0].as_reference().is_none() {
        return Err(p.badarg());
    }
    Ok(Term::bool(false))
}

fn plain(p: &mut Process, a: &[Term], link: bool) -> NativeResult {
    start(p, a, &SpawnOptions { link, ..SpawnOptions::default() })
}

/// Spawns `a[0]:a[1](a[2])`.
pub(crate) fn start(p: &mut Process, a: &[Term], o: &SpawnOptions) -> NativeResult {
    let (Some(module), Some(function), Some(args)) = (a[0].as_atom(), a[1].as_atom(), a[2].list_to_vec()) else {
        return Err(p.badarg());
    };
    let (mfa, args) = if args.len() > MOST_ARGUMENTS {
        // No function has so many: what is wrong with that, the process itself finds.
        (Mfa::new(atom::ERLANG, atom::APPLY, 3), a[..3].to_vec())
    } else {
        (Mfa::new(module, function, args.len() as u32), args)
    };
    p.charge(10);
    match spawn(Some(p), mfa, &args, o) {
        Ok(pid) => {
            if let Some(r) = o.monitor {
                set_monitor(p, r, pid, o);
            }
            Ok(Term::pid(pid))
        }
        Err(_) => {
            joist_vm::report::log(p, atom::ERROR, "Too many processes\n", &[]);
            Err(p.system_limit())
        }
    }
}

fn set_monitor(p: &mut Process, r: Reference, pid: joist_vm::term::Pid, o: &SpawnOptions) {
    let object = joist_vm::heap::OwnedTerm::new(Term::pid(pid));
    let (alias, tag, priority) = (o.alias, o.tag.clone(), o.monitor_priority);
    p.links.monitors.insert(r.numbers, MonitorInfo { kind: MonitorKind::Process(pid), object, alias, tag, priority });
}

/// Reads `spawn_opt`'s options; with a monitor, its reference.
pub(crate) fn options(p: &mut Process, list: Term) -> Result<(SpawnOptions, Option<(Reference, AliasMode)>), Bail> {
    let mut o = SpawnOptions::default();
    let mut monitor = false;
    for option in term_args::list(p, list)? {
        match option.as_atom() {
            Some(atom::LINK) => o.link = true,
            Some(atom::MONITOR) => monitor = true,
            Some(_) => return Err(p.badarg()),
            None => {
                let Some([key, value]) = option.as_tuple_of::<2>() else { return Err(p.badarg()) };
                if key.is(atom::MONITOR) {
                    monitor = true;
                    monitor_options(p, &mut o, *value)?;
                } else if key.is(atom::LINK) && joist_vm::release::at_least(28) {
                    o.link = true;
                    o.link_priority = super::links::priority_option(p, *value)?;
                } else {
                    set_option(p, &mut o, *key, *value)?;
                }
            }
        }
    }
    if !monitor {
        return Ok((o, None));
    }
    let mut r = process::make_reference();
    if o.alias != AliasMode::None {
        r.pid = Some(p.pid());
    }
    o.monitor = Some(r);
    let alias = o.alias;
    Ok((o, Some((r, alias))))
}

fn monitor_options(p: &mut Process, o: &mut SpawnOptions, list: Term) -> Result<(), Bail> {
    for option in term_args::list(p, list)? {
        match option.as_tuple_of::<2>() {
            None if super::links::is_priority(option) => o.monitor_priority = true,
            Some([k, v]) if k.is(atom::ALIAS) => {
                o.alias = match v.as_atom() {
                    Some(atom::EXPLICIT_UNALIAS) => AliasMode::Explicit,
                    Some(atom::DEMONITOR) => AliasMode::Demonitor,
                    Some(atom::REPLY_DEMONITOR) => AliasMode::Reply,
                    _ => return Err(p.badarg()),
                };
            }
            Some([k, v]) if k.is(atom::TAG) => o.tag = Some(joist_vm::heap::OwnedTerm::new(*v)),
            _ => return Err(p.badarg()),
        }
    }
    Ok(())
}

fn set_option(p: &mut Process, o: &mut SpawnOptions, key: Term, value: Term) -> Result<(), Bail> {
    match key.as_atom() {
        Some(atom::PRIORITY) => o.priority = priority(p, value)?,
        Some(atom::FULLSWEEP_AFTER) => {
            o.policy.fullsweep_after = term_args::size(p, value)?.min(u32::MAX as usize) as u32;
        }
        Some(atom::MIN_HEAP_SIZE) => o.policy.min_heap_size = term_args::size(p, value)?.min(1 << 32),
        Some(atom::MIN_BIN_VHEAP_SIZE) => {
            o.policy.min_bin_vheap_size = sizes::next_size(term_args::size(p, value)?.min(1 << 40));
        }
        Some(atom::MAX_HEAP_SIZE) => super::process_flag::max_heap_size(p, &mut o.policy, value)?,
        Some(atom::MESSAGE_QUEUE_DATA) => {
            o.message_queue_off_heap = match value.as_atom() {
                Some(atom::ON_HEAP) => false,
                Some(atom::OFF_HEAP) => true,
                _ => return Err(p.badarg()),
            };
        }
        Some(atom::ASYNC_DIST) => o.async_dist = term_args::boolean(p, value)?,
        Some(k) if k.text() == "scheduler" => {
            let n = term_args::size(p, value)?;
            o.scheduler = if n <= joist_vm::sched::schedulers() { n } else { return Err(p.badarg()) };
        }
        _ => return Err(p.badarg()),
    }
    Ok(())
}

/// A priority's atom.
pub(crate) fn priority(p: &mut Process, t: Term) -> Result<Priority, Bail> {
    match t.as_atom() {
        Some(atom::MAX) => Ok(Priority::Max),
        Some(atom::HIGH) => Ok(Priority::High),
        Some(atom::NORMAL) => Ok(Priority::Normal),
        Some(atom::LOW) => Ok(Priority::Low),
        _ => Err(p.badarg()),
    }
}

/// The atom of a priority.
pub(crate) const fn priority_atom(priority: Priority) -> joist_vm::atom::Atom {
    match priority {
        Priority::Max => atom::MAX,
        Priority::High => atom::HIGH,
        Priority::Normal => atom::NORMAL,
        Priority::Low => atom::LOW,
    }
}
