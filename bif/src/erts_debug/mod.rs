//! `erts_debug` (`erl_debug.c`, `erl_bif_info.c`): sizes and identity of terms, and what OTP's own tests set inside of the
//! emulator.

mod internal_state;
mod look;
mod size;

use joist_vm::atom;
use joist_vm::term::Term;

use crate::table::Binding;

pub(crate) const BINDINGS: &[Binding] = &[
    ("flat_size", 1, |p, a| {
        let words = size::flat(a[0]);
        p.charge(words / 100);
        Ok(Term::small(words as i64))
    }),
    ("size_shared", 1, |p, a| {
        let words = size::shared(a[0]);
        p.charge(words / 20);
        Ok(Term::small(words as i64))
    }),
    ("same", 2, |_, a| Ok(Term::bool(a[0] == a[1]))),
    ("display", 1, look::display),
    ("breakpoint", 2, look::breakpoint),
    ("interpreter_size", 0, |_, _| Ok(Term::small(0))),
    ("instructions", 0, look::instructions),
    ("map_info", 1, look::map_info),
    // Terms that occur several times are shared only by an emulator that was built for that.
    ("copy_shared", 2, |p, _| Err(p.badarg())),
    ("get_internal_state", 1, internal_state::get),
    ("set_internal_state", 2, internal_state::set),
    // Locks are not counted: the answers of an emulator built without that.
    ("lcnt_control", 1, |p, _| Err(p.badarg())),
    ("lcnt_control", 2, |p, _| Err(p.badarg())),
    ("lcnt_collect", 0, |_, _| Ok(Term::atom(atom::ERROR))),
    ("lcnt_clear", 0, |_, _| Ok(Term::atom(atom::ERROR))),
];
