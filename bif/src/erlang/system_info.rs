//! `system_info/1` and `system_flag/2` (`erl_bif_info.c`).

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicUsize, Ordering};

use joist_vm::atom::{self, Atom};
use joist_vm::code::{self, Mfa};
use joist_vm::engine;
use joist_vm::heap::sizes;
use joist_vm::platform::platform;
use joist_vm::process::{self, NativeResult, Process};
use joist_vm::sync::Mutex;
use joist_vm::term::{Pid, Term, build};
use joist_vm::{port, release, sched};

use crate::flags;
use crate::table::Binding;
use crate::term_args;

pub(crate) const BINDINGS: &[Binding] = &[("system_info", 1, system_info), ("system_flag", 2, system_flag)];

fn text(p: &mut Process, s: &str) -> Term {
    build::string(p, s.as_bytes())
}

fn number(n: usize) -> Term {
    Term::small(n as i64)
}

/// What the shell and a crash dump begin with.
pub(crate) fn system_version() -> String {
    let (schedulers, release) = (sched::schedulers(), release::current());
    let version = env!("CARGO_PKG_VERSION");
    alloc::format!("Joist {version} (Erlang/OTP {release}) [64-bit] [smp:{schedulers}:{schedulers}]\n")
}

fn system_info(p: &mut Process, a: &[Term]) -> NativeResult {
    if let Some(t) = a[0].as_tuple() {
        return tuple_item(p, t);
    }
    let Some(item) = a[0].as_atom() else { return Err(p.badarg()) };
    let schedulers = sched::schedulers();
    Ok(match item.text() {
        "schedulers_online" => number(sched::online()),
        "schedulers" | "logical_processors_online" | "logical_processors" | "logical_processors_available" => {
            number(schedulers)
        }
        // No native of ours blocks a scheduler, so there are no dirty ones; stock never has fewer than one.
        "dirty_cpu_schedulers" | "dirty_cpu_schedulers_online" => number(schedulers),
        "dirty_io_schedulers" => number(DIRTY_IO),
        "multi_scheduling_blockers" => blockers(p, false),
        "normal_multi_scheduling_blockers" => blockers(p, true),
        "snifs" => snifs(p),
        "info" | "procs" | "loaded" | "dist" => return report(p, item.text()),
        "scheduler_id" => number(p.scheduler() + 1),
        "scheduler_bind_type" => Term::atom(Atom::new("unbound")),
        "scheduler_bindings" => {
            let all = alloc::vec![Term::atom(Atom::new("unbound")); schedulers];
            build::tuple(p, &all)
        }
        "context_reductions" => number(sched::SLICE as usize),
        "process_count" => number(process::alive()),
        "process_limit" => number(process::limit()),
        "port_count" => number(port::all().len()),
        "port_limit" => number(flags::PORTS.load(Ordering::Relaxed)),
        "atom_count" => number(atom::count()),
        "atom_limit" => number(atom::limit()),
        "ets_limit" => number(flags::TABLES.load(Ordering::Relaxed)),
        "ets_count" => number(crate::ets_count()),
        "otp_release" => {
            let s = alloc::format!("{}", release::current());
            text(p, &s)
        }
        "version" => text(p, crate::boot::erts_version()),
        "system_version" => {
            let s = system_version();
            text(p, &s)
        }
        "system_architecture" => text(p, "x86_64-joist-linux"),
        "os_type" => {
            let kind = [Term::atom(atom::UNIX), Term::atom(atom::LINUX)];
            build::tuple(p, &kind)
        }
        "os_version" => {
            let (a, b, c) = platform().os_version();
            build::tuple(p, &[a, b, c].map(|n| Term::small(i64::from(n))))
        }
        "endian" => Term::atom(atom::LITTLE),
        "machine" => text(p, "BEAM"),
        "wordsize" => number(8),
        "threads" | "smp_support" => Term::bool(true),
        "thread_pool_size" | "async_threads" => number(flags::ASYNC_THREADS.load(Ordering::Relaxed)),
        "kernel_poll" => Term::bool(true),
        "multi_scheduling" => multi_scheduling(),
        "heap_type" => Term::atom(Atom::new("private")),
        "heap_sizes" => {
            let all: Vec<Term> = sizes::all().iter().map(|s| number(*s)).collect();
            build::list(p, &all)
        }
        "creation" => number(joist_vm::node::this().creation as usize),
        "build_type" => Term::atom(Atom::new("opt")),
        "debug_compiled" | "lock_checking" | "lock_counting" | "eager_check_io" | "dynamic_trace_probes" => {
            Term::bool(false)
        }
        "emu_type" => Term::atom(Atom::new("opt")),
        "emu_flavor" => Term::atom(Atom::new("emu")),
        "c_compiler_used" => {
            let v = build::tuple(p, &[Term::small(0)]);
            build::tuple(p, &[Term::atom(Atom::new("rustc")), v])
        }
        "compat_rel" => number(release::current() as usize),
        "dist_ctrl" => Term::NIL,
        "dist_buf_busy_limit" => number(1024 * 1024),
        "delayed_node_table_gc" => number(60),
        "driver_version" => text(p, "3.3"),
        "nif_version" => text(p, "2.16"),
        "dynamic_trace" => Term::atom(atom::NONE),
        "elib_malloc" => Term::bool(false),
        "fullsweep_after" => pair(p, "fullsweep_after", process::default_policy().fullsweep_after as usize),
        "min_heap_size" => pair(p, "min_heap_size", process::default_policy().min_heap_size),
        "min_bin_vheap_size" => pair(p, "min_bin_vheap_size", process::default_policy().min_bin_vheap_size),
        "max_heap_size" => super::process_flag::max_heap_size_map(p, process::default_policy()),
        "garbage_collection" => {
            let policy = process::default_policy();
            let limit = super::process_flag::max_heap_size_map(p, policy);
            let all = [
                build::tuple(p, &[Term::atom(atom::MAX_HEAP_SIZE), limit]),
                pair(p, "min_bin_vheap_size", policy.min_bin_vheap_size),
                pair(p, "min_heap_size", policy.min_heap_size),
                pair(p, "fullsweep_after", policy.fullsweep_after as usize),
            ];
            build::list(p, &all)
        }
        "message_queue_data" => Term::atom(atom::ON_HEAP),
        "modified_timing_level" | "cpu_topology" | "trace_control_word_undefined" => Term::atom(atom::UNDEFINED),
        "trace_control_word" => build::unsigned(p, joist_vm::match_spec::control_word().into()),
        "os_monotonic_time_source" => clock(p, "os_monotonic_time"),
        "os_system_time_source" => clock(p, "os_system_time"),
        "time_correction" => Term::bool(true),
        "time_warp_mode" => Term::atom(Atom::new("no_time_warp")),
        "time_offset" => Term::atom(Atom::new("final")),
        "tolerant_timeofday" => Term::atom(Atom::new("enabled")),
        "start_time" => {
            let t = super::time::monotonic() - platform().monotonic_ns() as i64;
            build::integer(p, t)
        }
        "end_time" => build::integer(p, i64::MAX),
        "update_cpu_info" => Term::atom(Atom::new("unchanged")),
        // Each instruction jumps to the next one's code.
        "beam_jump_table" => Term::bool(true),
        "port_parallelism" | "system_logger_undefined" => Term::bool(false),
        "system_logger" => joist_vm::report::system_logger(),
        "outstanding_system_requests_limit" => number(REQUESTS.load(Ordering::Relaxed)),
        "async_dist" => Term::bool(false),
        "atom_used" => number(atom::count() * 64),
        "check_io" => Term::NIL,
        // Which kinds of atomic operations are the processor's own.
        "ethread_info" => {
            let all = ["32-bit native atomics", "64-bit native atomics"].map(|kind| {
                let kind = [text(p, kind), text(p, "core::sync::atomic"), Term::NIL];
                build::tuple(p, &kind)
            });
            build::list(p, &all)
        }
        "allocated_areas" => super::memory::areas(p),
        "alloc_util_allocators" => super::memory::allocators(p),
        "allocator" => {
            let name = Term::atom(Atom::new("joist"));
            build::tuple(p, &[name, Term::NIL, Term::NIL, Term::NIL])
        }
        "taints" | "alloc" => Term::NIL,
        "ets_realloc_moves" | "ets_always_compress" | "dist_nodes" => Term::bool(false),
        "sequential_tracer" => {
            let who = joist_vm::trace::seq::tracer().map_or(Term::bool(false), joist_vm::trace::Tracer::term);
            build::tuple(p, &[a[0], who])
        }
        "break_ignored" => Term::bool(crate::console::break_ignored()),
        "halt_flush_timeout" => Term::atom(atom::INFINITY),
        _ => return Err(p.badarg()),
    })
}

/// To how many processes at once the system's own processes send requests; it is they that keep to it.
static REQUESTS: AtomicUsize = AtomicUsize::new(100);

/// Dirty schedulers for I/O that stock has by default; no work here needs one.
pub(crate) const DIRTY_IO: usize = 10;

/// Processes that have blocked multi-scheduling, each as often as it did, and whether of normal schedulers only. (There are
/// no others, so that both are the same but in name.)
static BLOCKERS: Mutex<Vec<(Pid, bool)>> = Mutex::new(Vec::new());

fn multi_scheduling() -> Term {
    let all = BLOCKERS.lock();
    Term::atom(Atom::new(match (sched::schedulers(), &all[..]) {
        (1, _) => "disabled",
        (_, []) => "enabled",
        (_, all) if all.iter().all(|b| b.1) => "blocked_normal",
        _ => "blocked",
    }))
}

fn blockers(p: &mut Process, normal: bool) -> Term {
    let mut all: Vec<Pid> = BLOCKERS.lock().iter().filter(|b| b.1 == normal).map(|b| b.0).collect();
    all.sort_unstable();
    all.dedup();
    let all: Vec<Term> = all.into_iter().map(Term::pid).collect();
    build::list(p, &all)
}

/// What a process blocks is free again when it exits.
struct Blocker;

const BLOCKER: u64 = u64::from_le_bytes(*b"blocking");

impl process::OnExit for Blocker {
    fn exited(self: Box<Self>, p: &mut Process, _: Term) {
        let pid = p.pid();
        while unblock(pid, true) || unblock(pid, false) {}
    }

    fn key(&self) -> u64 {
        BLOCKER
    }
}

/// Takes one block back; false if there was none.
fn unblock(pid: Pid, normal: bool) -> bool {
    let mut all = BLOCKERS.lock();
    let Some(i) = all.iter().position(|b| *b == (pid, normal)) else { return false };
    all.swap_remove(i);
    if all.is_empty() {
        sched::block(false);
    }
    true
}

/// `system_flag(multi_scheduling, block | unblock | block_normal | unblock_normal)`.
fn block(p: &mut Process, how: Term) -> NativeResult {
    let how = how.as_atom().map_or("", |h| h.text());
    let normal = how.ends_with("_normal");
    match how {
        "block" | "block_normal" => {
            let first = !BLOCKERS.lock().iter().any(|b| b.0 == p.pid());
            BLOCKERS.lock().push((p.pid(), normal));
            if first {
                p.add_on_exit(Box::new(Blocker));
            }
            sched::block(true);
            // Goes on where it may run.
            Err(p.yield_to(|_, _| Ok(multi_scheduling()), &[]))
        }
        "unblock" | "unblock_normal" => {
            unblock(p.pid(), normal);
            if !BLOCKERS.lock().iter().any(|b| b.0 == p.pid()) {
                p.remove_on_exit(BLOCKER);
            }
            Ok(multi_scheduling())
        }
        _ => Err(p.badarg()),
    }
}

/// Natives that need no library.
/// The natives that OTP's own code has stubs for; these are functions there, or instructions.
const WITHOUT_STUB: [(&str, u32); 3] = [("apply", 2), ("apply", 3), ("yield", 0)];

fn snifs(p: &mut Process) -> Term {
    let name = |d: &code::natives::NativeDecl| {
        let (m, f) = (Term::atom(Atom::new(d.module)), Term::atom(Atom::new(d.function)));
        build::tuple(p, &[m, f, number(d.arity as usize)])
    };
    let stub = |d: &&code::natives::NativeDecl| d.module != "erlang" || !WITHOUT_STUB.contains(&(d.function, d.arity));
    let all: Vec<Term> = code::natives::all().into_iter().filter(stub).map(name).collect();
    build::list(p, &all)
}

/// Parts of a crash dump, as a binary.
fn report(p: &mut Process, what: &str) -> NativeResult {
    let mut text = String::new();
    let done = match what {
        "info" => crate::crash_dump::info(&mut text),
        "procs" => crate::crash_dump::processes::with_stacks(&mut text, Some(p)),
        "loaded" => crate::crash_dump::loaded(&mut text),
        _ => crate::crash_dump::distribution(&mut text),
    };
    match done {
        Ok(()) => Ok(build::binary(p, text.as_bytes())),
        Err(_) => Err(p.system_limit()),
    }
}

fn pair(p: &mut Process, name: &str, n: usize) -> Term {
    build::tuple(p, &[Term::atom(Atom::new(name)), number(n)])
}

fn clock(p: &mut Process, function: &str) -> Term {
    let mut items = Vec::new();
    for (k, v) in [
        ("function", Term::atom(Atom::new(function))),
        ("resolution", number(1_000_000_000)),
        ("parallel", Term::atom(Atom::new("yes"))),
    ] {
        items.push(build::tuple(p, &[Term::atom(Atom::new(k)), v]));
    }
    build::list(p, &items)
}

fn tuple_item(p: &mut Process, t: &[Term]) -> NativeResult {
    let name = t.first().and_then(|t| t.as_atom()).map_or("", |a| a.text());
    match (name, t) {
        ("wordsize", [_, k]) if k.as_atom().is_some_and(|k| matches!(k.text(), "internal" | "external")) => {
            Ok(number(8))
        }
        ("allocator" | "allocator_sizes", [_, of]) => super::memory::allocator(p, *of),
        ("memory_internal", [_, reference, names]) => super::memory::send(p, *reference, *names),
        ("cpu_topology", [_, k])
            if k.as_atom().is_some_and(|k| matches!(k.text(), "defined" | "detected" | "used")) =>
        {
            Ok(Term::atom(atom::UNDEFINED))
        }
        _ => Err(p.badarg()),
    }
}

fn system_flag(p: &mut Process, a: &[Term]) -> NativeResult {
    let Some(flag) = a[0].as_atom() else { return Err(p.badarg()) };
    match flag.text() {
        "backtrace_depth" => match a[1].as_usize() {
            Some(n) => Ok(number(engine::set_backtrace_depth(n.min(1024)))),
            None => Err(p.badarg()),
        },
        "schedulers_online" => match a[1].as_usize() {
            Some(n) if (1..=sched::schedulers()).contains(&n) => {
                let before = sched::online();
                sched::set_online(n);
                // Goes on where it may run.
                Err(p.yield_to(|_, a| Ok(a[0]), &[number(before)]))
            }
            _ => Err(p.badarg()),
        },
        "dirty_cpu_schedulers_online" => match a[1].as_usize() {
            Some(n) if n >= 1 => Ok(number(sched::schedulers())),
            _ => Err(p.badarg()),
        },
        "multi_scheduling" => block(p, a[1]),
        "outstanding_system_requests_limit" => match a[1].as_usize() {
            Some(n) if (1..1 << 27).contains(&n) => Ok(number(REQUESTS.swap(n, Ordering::Relaxed))),
            _ => Err(p.badarg()),
        },
        "system_logger" => match joist_vm::report::set_system_logger(a[1]) {
            Some(before) => Ok(before),
            None => Err(p.badarg()),
        },
        "trace_control_word" => match a[1].as_u64().and_then(|n| u32::try_from(n).ok()) {
            Some(n) => Ok(build::unsigned(p, joist_vm::match_spec::set_control_word(n).into())),
            None => Err(p.badarg()),
        },
        "sequential_tracer" => crate::trace::set_sequential_tracer(p, a[1]),
        "reset_seq_trace" if a[1].is(atom::TRUE) => {
            joist_vm::trace::seq::reset_all(p);
            Ok(Term::bool(true))
        }
        // Stock's own Erlang code counts who wants it.
        "scheduler_wall_time" if a[1].as_bool().is_some() => {
            let (module, function) = (Atom::new("kernel_refc"), Atom::new("scheduler_wall_time"));
            Err(p.trap_to(code::export(Mfa { module, function, arity: 1 }), &a[1..]))
        }
        "microstate_accounting" => super::statistics::set_microstates(p, a[1]),
        "time_offset" => Ok(Term::atom(Atom::new("final"))),
        "fullsweep_after" | "min_heap_size" | "min_bin_vheap_size" | "max_heap_size" => {
            let policy = process::default_policy();
            let mut new = policy;
            let old = match (flag.text(), a[1].as_usize()) {
                ("max_heap_size", _) => {
                    let old = super::process_flag::max_heap_size_map(p, policy);
                    super::process_flag::max_heap_size(p, &mut new, a[1])?;
                    old
                }
                ("fullsweep_after", Some(n)) => {
                    new.fullsweep_after = n.min(u32::MAX as usize) as u32;
                    number(policy.fullsweep_after as usize)
                }
                ("min_heap_size", Some(n)) => {
                    new.min_heap_size = sizes::next_size(n.min(1 << 40));
                    number(policy.min_heap_size)
                }
                (_, Some(n)) => {
                    new.min_bin_vheap_size = sizes::next_size(n.min(1 << 40));
                    number(policy.min_bin_vheap_size)
                }
                _ => return Err(p.badarg()),
            };
            process::set_default_policy(new);
            Ok(old)
        }
        _ => Err(term_args::badopt(p)),
    }
}
