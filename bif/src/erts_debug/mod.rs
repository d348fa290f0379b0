//! `erts_debug` (`erl_debug.c`, `erl_bif_info.c`): sizes and identity of terms, and what OTP's own tests set inside of the
//! emulator.

mod internal_state;
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
    ("get_internal_state", 1, internal_state::get),
    ("set_internal_state", 2, internal_state::set),
    // Locks are not counted: the answers of an emulator built without that.
    ("lcnt_control", 1, |p, _| Err(p.badarg())),
    ("lcnt_control", 2, |p, _| Err(p.badarg())),
    ("lcnt_collect", 0, |_, _| Ok(Term::atom(atom::ERROR))),
    ("lcnt_clear", 0, |_, _| Ok(Term::atom(atom::ERROR))),
];
