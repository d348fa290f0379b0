//! Sessions: `erts_internal:trace_session_create/3`, `trace_session_destroy/1`. A session is `{Strong, Weak}`: a magic
//! reference that keeps it, and `{Name, Number}` that does not.

use alloc::sync::Arc;

use joist_vm::atom::Atom;
use joist_vm::process::{Bail, NativeResult, Process, make_reference};
use joist_vm::term::{Term, build};
use joist_vm::trace::{self, Handle, Session, Tracer, session};

use super::bad;
use crate::table::Binding;
use crate::term_args;

pub(crate) const BINDINGS: &[Binding] = &[("trace_session_create", 3, create), ("trace_session_destroy", 1, destroy)];

/// `(Name, Tracer, Options)`.
fn create(p: &mut Process, a: &[Term]) -> NativeResult {
    let name = term_args::atom(p, a[0])?;
    let tracer = match a[1].as_tuple() {
        // A module with functions of its own is a NIF library, but for the one that is here.
        Some([module, who]) if module.is(Atom::new("erl_tracer")) => Tracer::from_term(*who),
        _ => Tracer::from_term(a[1]),
    };
    let Some(tracer) = tracer.filter(|_| a[2].is_nil()) else { return Err(p.badarg()) };
    trace::tidy();
    let session = session::create(name, tracer);
    let weak = weak(p, &session);
    let strong = build::magic_reference(p, make_reference(), Arc::new(Handle(session)));
    Ok(build::tuple(p, &[strong, weak]))
}

/// The weak handle of a session.
pub(super) fn weak(p: &mut Process, session: &Session) -> Term {
    let parts = if session.is_first() {
        [Term::atom(Atom::new("legacy")), Term::atom(Atom::new("default"))]
    } else {
        [Term::atom(session.name), Term::small(session.id as i64 - 1)]
    };
    build::tuple(p, &parts)
}

/// The session that a handle means.
pub(super) fn of_term(p: &mut Process, t: Term) -> Result<Arc<Session>, Bail> {
    find(t).ok_or_else(|| bad(p, "session"))
}

fn find(t: Term) -> Option<Arc<Session>> {
    let [first, second] = t.as_tuple_of::<2>()?;
    if let Some(magic) = first.as_magic() {
        let handle = magic.clone().downcast::<Handle>().ok()?;
        return Some(handle.0.clone()).filter(|s| s.is_alive());
    }
    let name = first.as_atom()?;
    if name.text() == "legacy" && second.as_atom()?.text() == "default" {
        return Some(session::first());
    }
    let number = u64::try_from(second.as_small()?).ok()?;
    session::find(number.checked_add(1)?).filter(|s| s.name == name)
}

fn destroy(p: &mut Process, a: &[Term]) -> NativeResult {
    let Some(session) = find(a[0]) else {
        let known = a[0].as_tuple_of::<2>().is_some_and(|[s, _]| s.as_magic().is_some() || s.is_atom());
        return if known { Ok(Term::bool(false)) } else { Err(bad(p, "session")) };
    };
    if session.is_first() {
        return Err(bad(p, "session"));
    }
    let ended = session.end();
    trace::monitor::set(session.id, None);
    trace::tidy();
    Ok(Term::bool(ended))
}
