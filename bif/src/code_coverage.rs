//! `code`: coverage that the machine code of a JIT counts (OTP 27). There is none here, as in stock's emulator without
//! a JIT: `cover` then compiles counters into the code.

use joist_vm::atom;
use joist_vm::code;
use joist_vm::process::{NativeResult, Process};
use joist_vm::term::Term;

use crate::table::Binding;
use crate::term_args;

pub(crate) const BINDINGS: &[Binding] = &[
    ("coverage_support", 0, |_, _| Ok(Term::bool(false))),
    ("get_coverage_mode", 0, |_, _| Ok(Term::atom(atom::NONE))),
    ("get_coverage_mode", 1, |p, _| Err(p.badarg())),
    ("get_coverage", 2, |p, _| Err(p.badarg())),
    ("reset_coverage", 1, |p, _| Err(p.badarg())),
    ("set_coverage_mode", 1, |p, _| Err(p.badarg())),
    ("get_debug_info", 1, debug_info),
];

/// What `+D` has the compiler and the loader keep for a debugger: nothing.
fn debug_info(p: &mut Process, a: &[Term]) -> NativeResult {
    let name = term_args::atom(p, a[0])?;
    if code::current(name).is_none() {
        return Err(p.badarg());
    }
    Ok(Term::atom(atom::NONE))
}

/// `erl_debugger` (OTP 28 on): an emulator that was not started with `+D` says that it is not supported, and has none
/// of its other functions.
pub(crate) const DEBUGGER: &[Binding] = &[
    ("supported", 0, |_, _| Ok(Term::bool(false))),
    ("breakpoint", 3, undefined),
    ("breakpoints", 1, undefined),
    ("breakpoints", 3, undefined),
    ("instrumentations", 0, undefined),
    ("peek_stack_frame_slot", 4, undefined),
    ("peek_xreg", 3, undefined),
    ("register", 1, undefined),
    ("stack_frames", 2, undefined),
    ("toggle_instrumentations", 1, undefined),
    ("unregister", 2, undefined),
    ("whereis", 0, undefined),
    ("xregs_count", 1, undefined),
];

/// What code with breakpoints of `erl_debugger`'s calls: there is none.
pub(crate) const BREAKPOINTS: &[Binding] = &[("notify_breakpoint_hit", 3, undefined)];

fn undefined(p: &mut Process, _: &[Term]) -> NativeResult {
    Err(p.error_atom(atom::UNDEF))
}
