//! Reading arguments: common shapes, with `badarg` for what doesn't fit.

use alloc::string::String;
use alloc::vec::Vec;

use joist_vm::atom::Atom;
use joist_vm::process::{Bail, Process};
use joist_vm::term::{Pid, Term};

/// `badarg`, explained as an option that is not known or has a wrong value.
pub(crate) fn badopt(p: &mut Process) -> Bail {
    p.badarg_cause(Term::atom(Atom::new("badopt")))
}

/// An atom.
pub(crate) fn atom(p: &mut Process, t: Term) -> Result<Atom, Bail> {
    t.as_atom().ok_or_else(|| p.badarg())
}

/// A pid of this node.
pub(crate) fn local_pid(p: &mut Process, t: Term) -> Result<Pid, Bail> {
    t.as_pid().ok_or_else(|| p.badarg())
}

/// A small integer that fits `usize`.
pub(crate) fn size(p: &mut Process, t: Term) -> Result<usize, Bail> {
    t.as_usize().ok_or_else(|| p.badarg())
}

/// A proper list's elements.
pub(crate) fn list(p: &mut Process, t: Term) -> Result<Vec<Term>, Bail> {
    t.list_to_vec().ok_or_else(|| p.badarg())
}

/// A boolean.
pub(crate) fn boolean(p: &mut Process, t: Term) -> Result<bool, Bail> {
    t.as_bool().ok_or_else(|| p.badarg())
}

/// A list of characters (or a binary in UTF-8) as text.
pub(crate) fn text(t: Term) -> Option<String> {
    if let Some(b) = t.as_binary() {
        return String::from_utf8(b.into_owned()).ok();
    }
    let mut it = t.list();
    let s: Option<String> =
        it.by_ref().map(|c| c.as_small().and_then(|c| u32::try_from(c).ok()).and_then(char::from_u32)).collect();
    if it.rest().is_nil() { s } else { None }
}

/// A list of bytes, or a binary, as bytes.
pub(crate) fn bytes(t: Term) -> Option<Vec<u8>> {
    if let Some(b) = t.as_binary() {
        return Some(b.into_owned());
    }
    let mut it = t.list();
    let v: Option<Vec<u8>> = it.by_ref().map(Term::as_byte).collect();
    if it.rest().is_nil() { v } else { None }
}
