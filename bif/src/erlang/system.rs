//! Display, statistics, memory.

use alloc::vec::Vec;

use joist_vm::atom;
use joist_vm::platform::platform;
use joist_vm::process::{NativeResult, Process};
use joist_vm::sched;
use joist_vm::term::{Term, build};

use crate::table::Binding;
use crate::term_args;

pub(crate) const BINDINGS: &[Binding] = &[
    ("display", 1, |_, a| {
        let text = alloc::format!("{}\r\n", a[0]);
        // Whoever reads the console is gone if this fails; display has no way to say so.
        let _ = platform().console_write(1, text.as_bytes());
        Ok(Term::bool(true))
    }),
    ("display_string", 1, |p, a| display_string(p, atom::STDOUT, a[0])),
    ("display_string", 2, |p, a| {
        let to = term_args::atom(p, a[0])?;
        display_string(p, to, a[1])
    }),
    ("display_nl", 0, |_, _| {
        let _ = platform().console_write(1, b"\r\n");
        Ok(Term::bool(true))
    }),
    ("statistics", 1, statistics),
];

fn display_string(p: &mut Process, to: atom::Atom, t: Term) -> NativeResult {
    let fd = match to {
        atom::STDOUT => 1,
        atom::STDERR => 2,
        _ => return Err(p.badarg()),
    };
    let Some(text) = term_args::text(t) else { return Err(p.badarg()) };
    let _ = platform().console_write(fd, text.as_bytes());
    Ok(Term::bool(true))
}

fn pair(p: &mut Process, a: u64, b: u64) -> Term {
    let (a, b) = (build::unsigned(p, a), build::unsigned(p, b));
    build::tuple(p, &[a, b])
}

/// A total, and what it grew by since it was last asked for.
fn since(last: &core::sync::atomic::AtomicU64, now: u64) -> (u64, u64) {
    (now, now.saturating_sub(last.swap(now, core::sync::atomic::Ordering::Relaxed)))
}

fn statistics(p: &mut Process, a: &[Term]) -> NativeResult {
    use core::sync::atomic::AtomicU64;
    static REDUCTIONS: AtomicU64 = AtomicU64::new(0);
    static RUNTIME: AtomicU64 = AtomicU64::new(0);
    static WALL: AtomicU64 = AtomicU64::new(0);
    let Some(item) = a[0].as_atom() else { return Err(p.badarg()) };
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
        "run_queue" | "total_run_queue_lengths" | "total_run_queue_lengths_all" => {
            Term::small(sched::run_queue_lengths().iter().sum::<usize>() as i64)
        }
        "total_active_tasks" | "total_active_tasks_all" => {
            Term::small(sched::run_queue_lengths().iter().sum::<usize>() as i64 + 1)
        }
        "run_queue_lengths" | "run_queue_lengths_all" | "active_tasks" | "active_tasks_all" | "run_queues" => {
            let all: Vec<Term> = sched::run_queue_lengths().iter().map(|n| Term::small(*n as i64)).collect();
            build::list(p, &all)
        }
        "io" => {
            let input = pair_of(p, "input");
            let output = pair_of(p, "output");
            build::tuple(p, &[input, output])
        }
        "scheduler_wall_time" => super::wall_time::get(p, false),
        "scheduler_wall_time_all" => super::wall_time::get(p, true),
        _ => return Err(p.badarg()),
    })
}

fn pair_of(p: &mut Process, name: &str) -> Term {
    let bytes = joist_vm::port::all()
        .into_iter()
        .filter_map(joist_vm::port::lookup)
        .map(|port| {
            let s = port.state.lock();
            if name == "input" { s.input } else { s.output }
        })
        .sum();
    let n = build::unsigned(p, bytes);
    build::tuple(p, &[Term::atom(atom::Atom::new(name)), n])
}
