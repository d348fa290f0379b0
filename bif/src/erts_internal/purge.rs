//! Purging old code, by OTP's protocol (`erts_code_purger`, `erts_literal_area_collector`, `beam_bif_load.c`).

use alloc::boxed::Box;

use joist_vm::atom::{self, Atom};
use joist_vm::code::{purge, retired};
use joist_vm::heap::OwnedTerm;
use joist_vm::process::{self, Message, NativeResult, Process, Signal};
use joist_vm::term::{Term, build};

use crate::table::Binding;
use crate::term_args;

pub(crate) const BINDINGS: &[Binding] = &[("purge_module", 2, purge_module)];

pub(crate) const COLLECTOR: &[Binding] = &[
    ("release_area_switch", 0, |_, _| Ok(Term::bool(retired::switch()))),
    ("send_copy_request", 3, send_copy_request),
];

/// `purge_module(Module, prepare | prepare_on_load | abort | complete)`.
fn purge_module(p: &mut Process, a: &[Term]) -> NativeResult {
    let name = term_args::atom(p, a[0])?;
    Ok(Term::bool(match a[1].as_atom().map(Atom::text) {
        Some("prepare") => purge::prepare(name, false),
        Some("prepare_on_load") => purge::prepare(name, true),
        Some("abort") => {
            purge::abort(name);
            false
        }
        Some("complete") => purge::complete(name),
        _ => return Err(p.badarg()),
    }))
}

/// Does the process run (or will it return to) the old version of a module, or what of it is being purged?
pub(crate) fn uses_old(p: &mut Process, name: Atom) -> bool {
    purge::candidate(name).is_some_and(|old| p.refers_to_code(&old))
}

/// `send_copy_request(To, AreaId, init | check_gc | need_gc)`: `{copy_literals, {AreaId, How, To}, ok}` comes when the
/// process has left the areas that are to be released.
fn send_copy_request(p: &mut Process, a: &[Term]) -> NativeResult {
    let to = term_args::local_pid(p, a[0])?;
    let asker = p.pid();
    let request = OwnedTerm::build(|h| {
        let (id, how) = (joist_vm::heap::copy(h, a[1]), joist_vm::heap::copy(h, a[2]));
        build::tuple(h, &[id, how, Term::pid(to)])
    });
    let done = move || {
        let message = Message::build(|h| {
            let request = joist_vm::heap::copy(h, request.get());
            build::tuple(h, &[Term::atom(atom::COPY_LITERALS), request, Term::atom(atom::OK)])
        });
        process::deliver(asker, Signal::Message(message));
    };
    let work: process::Work = Box::new(move |q| {
        q.when_safe(Box::new(move |q| {
            q.leave_literals(&retired::areas());
            done();
        }));
    });
    if to == asker {
        work(p);
    } else if let Some(Signal::Call(work)) = process::deliver(to, Signal::Call(work)) {
        // Gone: it refers to nothing. The caller does the work, that is answers itself.
        work(p);
    }
    Ok(Term::atom(atom::OK))
}
