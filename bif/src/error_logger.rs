//! `error_logger`: what warnings are logged as, as `+W` says.

use core::sync::atomic::{AtomicU8, Ordering};

use joist_vm::atom::Atom;
use joist_vm::term::Term;

use crate::table::Binding;

pub(crate) const BINDINGS: &[Binding] = &[("warning_map", 0, |_, _| {
    let level = match WARNINGS.load(Ordering::Relaxed) {
        b'i' => "info",
        b'e' => "error",
        _ => "warning",
    };
    Ok(Term::atom(Atom::new(level)))
})];

/// The letter that `+W` gave.
static WARNINGS: AtomicU8 = AtomicU8::new(b'w');

pub(crate) fn set_warning_map(letter: &str) {
    WARNINGS.store(letter.bytes().next().unwrap_or(b'w'), Ordering::Relaxed);
}
