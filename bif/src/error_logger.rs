//! `error_logger`: what warnings are logged as (`+W`; stock's default is `warning`).

use joist_vm::atom::Atom;
use joist_vm::term::Term;

use crate::table::Binding;

pub(crate) const BINDINGS: &[Binding] = &[("warning_map", 0, |_, _| Ok(Term::atom(Atom::new("warning"))))];
