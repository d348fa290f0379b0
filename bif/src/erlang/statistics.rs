//! `statistics/1` (`erl_bif_info.c`), and who wants the schedulers' wall time counted.

use alloc::vec::Vec;
use core::sync::atomic::{AtomicU64, Ordering};

use joist_vm::atom::{self, Atom};
use joist_vm::map;
use joist_vm::platform::platform;
use joist_vm::process::{NativeResult, Process};
use joist_vm::sched::{self, microstate};
use joist_vm::term::{Term, build};

use crate::table::Binding;

pub(crate) const BINDINGS: &[Binding] = &[("statistics", 1, statistics)];

fn pair(p: &mut Process, a: u64, b: u64) -> Term {
    let (a, b) = (build::unsigned(p, a), build::unsigned(p, b));
    build::tuple(p, &[a, b])
}

/// A total, and what it grew by since it was last asked for.
fn since(last: &AtomicU64, now: u64) -> (u64, u64) {
    (now, now.saturating_sub(last.swap(now, Ordering::Relaxed)))
}

fn statistics(p: &mut Process, a: &[Term]) -> NativeResult {
    static REDUCTIONS: AtomicU64 = AtomicU64::new(0);
    static RUNTIME: AtomicU64 = AtomicU64::new(0);
    static WALL: AtomicU64 = AtomicU64::new(0);
    let Some(item) = a[0].as_atom() else { return Err(p.badarg()) };
    let sum = |all: Vec<usize>| Term::small(all.iter().sum::<usize>() as i64);
    Ok(match item.text() {
        "reductions" | "exact_reductions" => {
            let (all, new) = since(&REDUCTIONS, sched::total_reductions() + p.reductions());
            pair(p, all, new)
        }
        "runtime" => {
            let (all, new) = since(&RUNTIME, platform().cpu_time_ns() / 1_000_000);
            pair(p, all, new)
        }
        "wall_clock" => {
            let (all, new) = since(&WALL, platform().monotonic_ns() / 1_000_000);
            pair(p, all, new)
        }
        "context_switches" => pair(p, sched::context_switches(), 0),
        "garbage_collection" => {
            let (a, b) =
                (build::unsigned(p, joist_vm::heap::collections()), build::unsigned(p, joist_vm::heap::reclaimed()));
            build::tuple(p, &[a, b, Term::small(0)])
        }
        "run_queue" | "total_run_queue_lengths" | "total_run_queue_lengths_all" => sum(sched::run_queue_lengths()),
        "total_active_tasks" | "total_active_tasks_all" => sum(sched::active_tasks()),
        "run_queue_lengths" => lengths(p, sched::run_queue_lengths(), 1),
        "run_queue_lengths_all" => lengths(p, sched::run_queue_lengths(), 2),
        "active_tasks" => lengths(p, sched::active_tasks(), 1),
        "active_tasks_all" => lengths(p, sched::active_tasks(), 2),
        "run_queues" => lengths(p, sched::run_queue_lengths(), 0),
        "io" => {
            let (input, output) = bytes();
            let pairs = [("input", input), ("output", output)].map(|(name, n)| {
                let n = build::unsigned(p, n);
                build::tuple(p, &[Term::atom(Atom::new(name)), n])
            });
            build::tuple(p, &pairs)
        }
        "scheduler_wall_time" => wall_time(p, false),
        "scheduler_wall_time_all" => wall_time(p, true),
        "microstate_accounting" => microstates(p),
        _ => return Err(p.badarg()),
    })
}

/// A number for each scheduler's queue, and 0 for those of dirty schedulers, which never have work here.
fn lengths(p: &mut Process, all: Vec<usize>, dirty: usize) -> Term {
    let all: Vec<Term> = all.into_iter().chain(core::iter::repeat_n(0, dirty)).map(|n| Term::small(n as i64)).collect();
    build::list(p, &all)
}

/// What ports have taken in and given out.
fn bytes() -> (u64, u64) {
    let ports = joist_vm::port::all().into_iter().filter_map(joist_vm::port::lookup);
    ports.fold((0, 0), |(input, output), port| {
        let s = port.state.lock();
        (input + s.input, output + s.output)
    })
}

/// `[{Scheduler, Active, Total}]`; dirty schedulers are never active.
fn wall_time(p: &mut Process, all: bool) -> Term {
    let Some((times, total)) = sched::wall_time() else { return Term::atom(atom::UNDEFINED) };
    let normal = times.len();
    let dirty = if all { normal + super::system_info::DIRTY_IO } else { normal };
    let mut list = Vec::new();
    for (i, active) in times.into_iter().chain(core::iter::repeat_n(0, dirty)).enumerate() {
        let (active, total) = (build::unsigned(p, active), build::unsigned(p, total));
        list.push(build::tuple(p, &[Term::small(i as i64 + 1), active, total]));
    }
    build::list(p, &list)
}

/// `microstate_accounting`: what each scheduler has done with its time.
fn microstates(p: &mut Process) -> Term {
    let mut list = Vec::new();
    for (i, spent) in microstate::spent().into_iter().enumerate() {
        let mut counters = Vec::new();
        for (name, ns) in microstate::NAMES.iter().zip(spent) {
            counters.push((Term::atom(Atom::new(name)), build::unsigned(p, ns)));
        }
        let counters = map::from_pairs(p, &counters);
        let pairs = [
            (Term::atom(Atom::new("counters")), counters),
            (Term::atom(Atom::new("id")), Term::small(i as i64 + 1)),
            (Term::atom(Atom::new("type")), Term::atom(Atom::new("scheduler"))),
        ];
        list.push(map::from_pairs(p, &pairs));
    }
    build::list(p, &list)
}

/// `system_flag(microstate_accounting, true | false | reset)`: was it counted before?
pub(crate) fn set_microstates(p: &mut Process, how: Term) -> NativeResult {
    if how.is(Atom::new("reset")) {
        return Ok(Term::bool(microstate::reset()));
    }
    let on = crate::term_args::boolean(p, how)?;
    Ok(Term::bool(microstate::count(on)))
}
