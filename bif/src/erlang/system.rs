//! Display.

use joist_vm::atom;
use joist_vm::platform::platform;
use joist_vm::process::{NativeResult, Process};
use joist_vm::term::Term;

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
