//! Nodes, as far as there is no distribution (`dist.c`).

use joist_vm::atom;
use joist_vm::node;
use joist_vm::process::{NativeResult, Process};
use joist_vm::term::{Term, build};

use crate::table::Binding;
use crate::term_args;

pub(crate) const BINDINGS: &[Binding] = &[
    ("node", 0, |_, _| Ok(Term::atom(node::this().name))),
    ("node", 1, |p, a| {
        if let Some(e) = a[0].as_external() {
            return Ok(Term::atom(e.node));
        }
        if a[0].is_pid() || a[0].is_port() || a[0].is_reference() {
            return Ok(Term::atom(node::this().name));
        }
        Err(p.badarg())
    }),
    ("nodes", 0, |_, _| Ok(Term::NIL)),
    ("nodes", 1, |p, a| nodes(p, a[0])),
    ("nodes", 2, |p, a| nodes(p, a[0])),
    ("monitor_node", 2, |p, a| {
        term_args::atom(p, a[0])?;
        term_args::boolean(p, a[1])?;
        Err(p.error_atom(joist_vm::atom::Atom::new("notalive")))
    }),
    ("monitor_node", 3, |p, _| Err(p.error_atom(joist_vm::atom::Atom::new("notalive")))),
    ("make_ref", 0, |p, _| Ok(joist_vm::process::make_ref(p))),
    ("self", 0, |p, _| Ok(Term::pid(p.pid()))),
];

/// `nodes(visible | hidden | connected | known | this | [..])`: only this node.
fn nodes(p: &mut Process, what: Term) -> NativeResult {
    let kinds = if what.is_list() { term_args::list(p, what)? } else { alloc::vec![what] };
    let mut this = false;
    for kind in kinds {
        match kind.as_atom() {
            Some(atom::VISIBLE | atom::HIDDEN | atom::CONNECTED) => {}
            Some(atom::KNOWN | atom::THIS) => this = true,
            _ => return Err(p.badarg()),
        }
    }
    if !this {
        return Ok(Term::NIL);
    }
    Ok(build::cons(p, Term::atom(node::this().name), Term::NIL))
}
