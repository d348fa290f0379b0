//! Halting, display.

use joist_vm::atom;
use joist_vm::platform::{Halt, platform};
use joist_vm::process::{NativeResult, Process};
use joist_vm::term::Term;

use crate::table::Binding;
use crate::term_args;

pub(crate) const BINDINGS: &[Binding] = &[
    ("halt", 2, |p, a| halt(p, a[0], a[1])),
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

fn halt(p: &mut Process, status: Term, options: Term) -> NativeResult {
    for o in term_args::list(p, options)? {
        match o.as_tuple_of::<2>() {
            Some([k, v]) if k.is(atom::FLUSH) && v.as_bool().is_some() => {}
            Some([k, v])
                if k.as_atom().is_some_and(|k| k.text() == "flush_timeout")
                    && (v.is_integer() || v.is(atom::INFINITY)) => {}
            _ => return Err(p.badarg()),
        }
    }
    if let Some(code) = status.as_small().filter(|c| *c >= 0) {
        platform().halt(Halt::Status((code & 0x7fff_ffff) as i32));
    }
    if status.is(atom::ABORT) {
        platform().halt(Halt::Abort);
    }
    if status.is_list() {
        let Some(slogan) = term_args::text(status) else { return Err(p.badarg()) };
        crate::crash_dump::write(Some(p), &slogan);
        platform().halt(Halt::Status(1));
    }
    Err(p.badarg())
}

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
