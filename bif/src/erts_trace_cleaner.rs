//! `erts_trace_cleaner` (26 on): there are no trace sessions whose remains would need cleaning.

use joist_vm::term::Term;

use crate::table::Binding;

pub(crate) const BINDINGS: &[Binding] =
    &[("check", 0, |_, _| Ok(Term::bool(false))), ("send_trace_clean_signal", 1, |_, _| Ok(Term::bool(false)))];
