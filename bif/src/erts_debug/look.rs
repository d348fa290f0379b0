//! What `erts_debug` shows, and breakpoints for a debugger.

use alloc::vec::Vec;

use joist_vm::atom::Atom;
use joist_vm::platform::platform;
use joist_vm::process::{NativeResult, Process};
use joist_vm::term::{Term, build, display};
use joist_vm::trace::points;
use joist_vm::{engine, sched};

use crate::{term_args, trace};

/// `display(Term)`: on the console, and as text.
pub(super) fn display(p: &mut Process, a: &[Term]) -> NativeResult {
    let mut text = display::to_bytes(a[0], usize::MAX);
    text.push(b'\n');
    // Whoever reads the console is gone if this fails.
    let _ = platform().console_write(1, &text);
    Ok(build::string(p, &text))
}

/// The names of the instructions of our own.
pub(super) fn instructions(p: &mut Process, _: &[Term]) -> NativeResult {
    let names: Vec<Term> = engine::instruction_names().map(|n| build::string(p, n.as_bytes())).collect();
    Ok(build::list(p, &names))
}

/// `breakpoint({M, F, A}, Bool)`: calls go to the error handler's `breakpoint/3`, for a debugger; how many functions.
pub(super) fn breakpoint(p: &mut Process, a: &[Term]) -> NativeResult {
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
pub(super) fn map_info(p: &mut Process, a: &[Term]) -> NativeResult {
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
