//! `net_kernel`: every node since OTP R13 speaks Unicode to its group leaders.

use joist_vm::term::Term;

use crate::table::Binding;

pub(crate) const BINDINGS: &[Binding] =
    &[("dflag_unicode_io", 1, |p, a| if a[0].is_pid() { Ok(Term::bool(true)) } else { Err(p.badarg()) })];
