//! `erts_debug:get_internal_state/1` and `set_internal_state/2` (`erl_bif_info.c`), by which OTP's tests steer the
//! emulator. What means parts of the C emulator that have no counterpart here raises `notsup`, or answers it where a stock
//! emulator built without its debug code does.

use core::sync::atomic::{AtomicBool, Ordering};

use joist_vm::atom::{self, Atom};
use joist_vm::process::{self, NativeResult, Process};
use joist_vm::term::{Term, build, display, hash};
use joist_vm::{ets, heap};

use crate::limits;

static AVAILABLE: AtomicBool = AtomicBool::new(false);

pub(super) fn get(p: &mut Process, a: &[Term]) -> NativeResult {
    if !AVAILABLE.load(Ordering::Relaxed) {
        return Err(p.error_atom(atom::UNDEF));
    }
    let Some(what) = a[0].as_atom() else { return of_term(p, a[0]) };
    match what.text() {
        "available_internal_state" => Ok(Term::bool(true)),
        "reds_left" => {
            let left = p.budget().max(0);
            Ok(Term::small(left))
        }
        "next_pid" => Ok(build::unsigned(p, process::next_data())),
        "memory" => Ok(crate::erlang::memory::summary(p)),
        "force_heap_frags" => Ok(Term::bool(false)),
        // Stock's answer without its debug counters.
        "flxctr_memory_usage" | "lc_graph" => Ok(Term::atom(atom::NOTSUP)),
        _ => Err(p.notsup()),
    }
}

/// `{What, Term}`.
fn of_term(p: &mut Process, t: Term) -> NativeResult {
    let Some([what, t]) = t.as_tuple_of() else { return Err(p.notsup()) };
    match (what.as_atom().map(Atom::text), t.as_record()) {
        (Some("internal_hash"), _) => Ok(build::unsigned(p, hash::internal(*t, 0))),
        (Some("native_record_def"), Some(record)) => Ok(build::tuple(p, record.identity())),
        _ => Err(p.notsup()),
    }
}

pub(super) fn set(p: &mut Process, a: &[Term]) -> NativeResult {
    let Some(what) = a[0].as_atom() else { return Err(p.badarg()) };
    if what.text() == "available_internal_state"
        && let Some(open) = a[1].as_bool()
    {
        return Ok(Term::bool(AVAILABLE.swap(open, Ordering::Relaxed)));
    }
    if !AVAILABLE.load(Ordering::Relaxed) {
        return Err(p.error_atom(atom::UNDEF));
    }
    match what.text() {
        // A failure of the emulator's own: with a report.
        "abort" => panic!("{}", alloc::string::String::from_utf8_lossy(&display::to_bytes(a[1], 1000))),
        "binary_loop_limit" => limit(p, &limits::BINARY, a[1]),
        "re_loop_limit" => limit(p, &limits::RE, a[1]),
        "unicode_loop_limit" => limit(p, &limits::UNICODE, a[1]),
        "reds_left" => {
            let left = a[1].as_usize().filter(|n| *n <= 4000).ok_or_else(|| p.badarg())?;
            let now = usize::try_from(p.budget()).unwrap_or(0);
            p.charge(now.saturating_sub(left));
            Ok(Term::bool(true))
        }
        // Keeps this scheduler, or all of them, for so many milliseconds.
        "sleep" | "block_scheduler" => {
            busy(a[1].as_u64().ok_or_else(|| p.badarg())?);
            Ok(Term::bool(true))
        }
        "block" => {
            let ms = a[1].as_u64().ok_or_else(|| p.badarg())?;
            joist_vm::sched::stop_the_world(|| busy(ms));
            Ok(Term::bool(true))
        }
        "next_pid" => {
            let data = a[1].as_usize().ok_or_else(|| p.badarg())?;
            process::rewind(data as u64);
            Ok(build::unsigned(p, process::next_data()))
        }
        "colliding_names" => colliding_names(p, a[1]),
        "mbuf" => Ok(heap::copy(p, a[1])),
        "fill_heap" => {
            let rest = alloc::vec![Term::NIL; p.heap.free().saturating_sub(1)];
            build::tuple(p, &rest);
            if a[1].is(atom::TRUE) {
                p.heap.sweep_next();
            }
            Ok(Term::atom(atom::OK))
        }
        // For tests of `system_monitor`: collections take so long.
        "test_long_gc_sleep" => {
            let Some(ms) = a[1].as_u64().and_then(|n| u32::try_from(n).ok()) else { return Ok(Term::bool(false)) };
            joist_vm::trace::monitor::set_collection_delay(ms);
            Ok(Term::bool(true))
        }
        "wait" => wait(p, a[1]),
        "ets_force_trap" | "ets_force_split" | "ets_debug_random_split_join" => Ok(Term::atom(atom::NOTSUP)),
        _ => Err(p.notsup()),
    }
}

fn busy(ms: u64) {
    let platform = joist_vm::platform::platform();
    let end = platform.monotonic_ns().saturating_add(ms.saturating_mul(1_000_000));
    let mut turns = 0;
    while platform.monotonic_ns() < end {
        platform.relax(turns);
        turns = turns.saturating_add(1);
    }
}

/// Sets a limit, or with `default` takes it away; answers the old one.
fn limit(p: &mut Process, limit: &limits::Limit, t: Term) -> NativeResult {
    let new = match t.as_usize() {
        Some(n) => n,
        None if t.as_atom().is_some_and(|a| a.text() == "default") => 0,
        None => return Err(p.badarg()),
    };
    Ok(Term::small(limit.set(new) as i64))
}

/// `{Name, N}`: N names that share a lock of the table of named tables with a name, that name first.
fn colliding_names(p: &mut Process, t: Term) -> NativeResult {
    let Some([name, n]) = t.as_tuple_of::<2>() else { return Err(p.badarg()) };
    let (Some(name), Some(n)) = (name.as_atom(), n.as_usize().filter(|n| *n <= 1000)) else { return Err(p.badarg()) };
    let mut names = alloc::vec![Term::atom(name)];
    let mut i = 0;
    while names.len() < n {
        let other = Atom::new(&alloc::format!("{}{i}", name.text()));
        if ets::same_lock(name, other) {
            names.push(Term::atom(other));
        }
        i += 1;
    }
    Ok(build::list(p, &names))
}

/// Nothing is put off here that a slice of each scheduler's would not see done.
fn wait(p: &mut Process, what: Term) -> NativeResult {
    let known = ["deallocations", "timer_cancellations", "aux_work", "thread_progress"];
    if !what.as_atom().is_some_and(|a| known.contains(&a.text())) {
        return Err(p.badarg());
    }
    Err(p.yield_to(|_, _| Ok(Term::atom(atom::OK)), &[]))
}
