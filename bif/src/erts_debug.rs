//! `erts_debug` (`erl_debug.c`, `erl_bif_info.c`): sizes and identity of terms. What looks into the C emulator is not
//! supported.

use alloc::vec::Vec;
use core::sync::atomic::{AtomicBool, Ordering};

use hashbrown::HashSet;
use joist_vm::atom::{self, Atom};
use joist_vm::platform::platform;
use joist_vm::process::{NativeResult, Process};
use joist_vm::term::{Term, build, display};
use joist_vm::trace::points;
use joist_vm::{engine, heap, sched};

use crate::table::Binding;
use crate::{term_args, trace};

pub(crate) const BINDINGS: &[Binding] = &[
    ("flat_size", 1, |p, a| {
        let words = heap::size(a[0]);
        p.charge(words / 100);
        Ok(Term::small(words as i64))
    }),
    ("size_shared", 1, |p, a| {
        let words = size_shared(a[0]);
        p.charge(words / 20);
        Ok(Term::small(words as i64))
    }),
    ("same", 2, |_, a| Ok(Term::bool(a[0] == a[1]))),
    ("display", 1, |p, a| {
        let mut text = display::to_bytes(a[0], usize::MAX);
        text.push(b'\n');
        // Whoever reads the console is gone if this fails.
        let _ = platform().console_write(1, &text);
        Ok(build::string(p, &text))
    }),
    ("breakpoint", 2, breakpoint),
    ("interpreter_size", 0, |_, _| Ok(Term::small(0))),
    ("instructions", 0, |p, _| {
        let names: Vec<Term> = engine::instruction_names().map(|n| build::string(p, n.as_bytes())).collect();
        Ok(build::list(p, &names))
    }),
    ("map_info", 1, map_info),
    // Terms that occur several times are shared only by an emulator that was built for that.
    ("copy_shared", 2, |p, _| Err(p.badarg())),
    ("get_internal_state", 1, get_internal_state),
    ("set_internal_state", 2, set_internal_state),
    // Locks are not counted: the answers of an emulator built without that.
    ("lcnt_control", 1, |p, _| Err(p.badarg())),
    ("lcnt_control", 2, |p, _| Err(p.badarg())),
    ("lcnt_collect", 0, |_, _| Ok(Term::atom(atom::ERROR))),
    ("lcnt_clear", 0, |_, _| Ok(Term::atom(atom::ERROR))),
];

/// `breakpoint({M, F, A}, Bool)`: calls go to the error handler's `breakpoint/3`, for a debugger; how many functions.
fn breakpoint(p: &mut Process, a: &[Term]) -> NativeResult {
    let Some([module, function, arity]) = a[0].as_tuple_of::<3>() else { return Err(p.badarg()) };
    let on = term_args::boolean(p, a[1])?;
    let Some(which) = trace::which(*module, *function, *arity) else { return Err(p.badarg()) };
    let count = sched::stop_the_world(|| {
        let functions = points::functions(&which);
        functions.iter().for_each(|f| f.set_debug(on));
        functions.len()
    });
    p.breakpoints_changed();
    Ok(Term::small(count as i64))
}

/// The shape of a large map: depth, and how many nodes of each kind there are, by the number of their children.
fn map_info(p: &mut Process, a: &[Term]) -> NativeResult {
    let Some((_, _, root)) = a[0].as_hash_map() else { return Err(p.badarg()) };
    let (mut nodes, mut leaves, mut depth) = ([0i64; 16], [0i64; 16], 1);
    let (mut leaf_count, mut node_count) = (0, 0);
    // (a node's children, how deep it lies)
    let mut todo = alloc::vec![(root, 1)];
    while let Some((children, at)) = todo.pop() {
        depth = depth.max(at);
        let mut here = 0;
        for child in children {
            match child.as_hamt_node() {
                Some((_, next)) => todo.push((next, at + 1)),
                None => here += 1,
            }
        }
        node_count += 1;
        nodes[(children.len().max(1) - 1).min(15)] += 1;
        leaf_count += here;
        if here > 0 {
            leaves[(at - 1).min(15)] += here as i64;
        }
    }
    let counts = |p: &mut Process, all: &[i64; 16]| build::tuple(p, &all.map(Term::small));
    let (nodes, leaves) = (counts(p, &nodes), counts(p, &leaves));
    let name = |n: &str| Term::atom(Atom::new(n));
    let items = [
        build::tuple(p, &[name("depth"), Term::small(depth as i64)]),
        build::tuple(p, &[name("arrays"), Term::small(0), Term::NIL]),
        build::tuple(p, &[name("bitmaps"), Term::small(node_count), nodes]),
        build::tuple(p, &[name("leafs"), Term::small(leaf_count as i64), leaves]),
    ];
    Ok(build::list(p, &items))
}

static AVAILABLE: AtomicBool = AtomicBool::new(false);

/// `set_internal_state(available_internal_state, Bool)` opens it, and `set_internal_state(abort, Term)` ends the emulator
/// as a failure of its own would: with a report. What else stock has sets the C emulator's innards.
fn set_internal_state(p: &mut Process, a: &[Term]) -> NativeResult {
    let Some(what) = a[0].as_atom() else { return Err(p.badarg()) };
    match what.text() {
        "available_internal_state" => {
            let open = a[1].is(atom::TRUE);
            if !open && !a[1].is(atom::FALSE) {
                return Err(p.badarg());
            }
            Ok(Term::bool(AVAILABLE.swap(open, Ordering::Relaxed)))
        }
        "abort" if AVAILABLE.load(Ordering::Relaxed) => {
            panic!("{}", alloc::string::String::from_utf8_lossy(&display::to_bytes(a[1], 1000)))
        }
        // For tests of `system_monitor`: collections take so long.
        "test_long_gc_sleep" if AVAILABLE.load(Ordering::Relaxed) => {
            let Some(ms) = a[1].as_u64().and_then(|n| u32::try_from(n).ok()) else { return Ok(Term::bool(false)) };
            joist_vm::trace::monitor::set_collection_delay(ms);
            Ok(Term::bool(true))
        }
        _ if AVAILABLE.load(Ordering::Relaxed) => Err(p.notsup()),
        _ => Err(p.error_atom(atom::UNDEF)),
    }
}

/// `get_internal_state(force_heap_frags)`: no, heaps are used as ever. What else stock has looks into the C emulator.
fn get_internal_state(p: &mut Process, a: &[Term]) -> NativeResult {
    if !AVAILABLE.load(Ordering::Relaxed) {
        return Err(p.error_atom(atom::UNDEF));
    }
    if a[0].is(Atom::new("force_heap_frags")) { Ok(Term::bool(false)) } else { Err(p.notsup()) }
}

/// The words of a term, cells and tuples that occur several times counted once.
fn size_shared(t: Term) -> usize {
    let mut seen: HashSet<u64, ahash::RandomState> = HashSet::with_hasher(ahash::RandomState::with_seeds(1, 1, 2, 3));
    let (mut todo, mut words) = (alloc::vec![t], 0);
    while let Some(t) = todo.pop() {
        if t.is_immediate() || !seen.insert(t.raw()) {
            continue;
        }
        if let Some((head, tail)) = t.as_cons() {
            words += 2;
            todo.extend([head, tail]);
        } else if let Some(elements) = t.as_tuple() {
            words += 1 + elements.len();
            todo.extend_from_slice(elements);
        } else {
            words += heap::size(t);
        }
    }
    words
}
