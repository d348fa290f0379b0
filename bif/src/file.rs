//! `file`: file names are UTF-8 (`+fnu`), whatever the platform.

use joist_vm::atom;
use joist_vm::term::Term;

use crate::table::Binding;

pub(crate) const BINDINGS: &[Binding] = &[("native_name_encoding", 0, |_, _| Ok(Term::atom(atom::UTF8)))];
