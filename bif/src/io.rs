//! `io`: which characters count as printable, as `+pc` says.

use joist_vm::atom::{self, Atom};
use joist_vm::term::Term;

use crate::table::Binding;

pub(crate) const BINDINGS: &[Binding] = &[("printable_range", 0, |_, _| {
    let unicode = crate::flags::printable_unicode();
    Ok(Term::atom(if unicode { Atom::new("unicode") } else { atom::LATIN1 }))
})];
