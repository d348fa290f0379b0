//! Shapes of answers that all functions of `prim_socket` and `prim_net` share.

use joist_vm::atom::{self, Atom};
use joist_vm::map;
use joist_vm::platform::Errno;
use joist_vm::process::{Bail, NativeResult};
use joist_vm::term::{Alloc, Term, build};

/// An argument that was read; or the answer that it could not be.
macro_rules! given {
    ($argument:expr) => {
        match $argument? {
            Ok(argument) => argument,
            Err(answer) => return Ok(answer),
        }
    };
}
pub(crate) use given;

/// An atom by its name.
pub(crate) fn named(name: &str) -> Term {
    Term::atom(Atom::new(name))
}

/// `ok`
pub(crate) const fn ok() -> Term {
    Term::atom(atom::OK)
}

/// `{ok, Value}`
pub(crate) fn ok_with<A: Alloc + ?Sized>(a: &mut A, value: Term) -> Term {
    build::tuple(a, &[Term::atom(atom::OK), value])
}

/// `{error, Reason}`
pub(crate) fn error<A: Alloc + ?Sized>(a: &mut A, reason: Term) -> Term {
    build::tuple(a, &[Term::atom(atom::ERROR), reason])
}

/// `{error, closed}`
pub(crate) fn closed<A: Alloc + ?Sized>(a: &mut A) -> Term {
    error(a, named("closed"))
}

/// `{error, Errno}`
pub(crate) fn failed<A: Alloc + ?Sized>(a: &mut A, e: Errno) -> Term {
    error(a, named(e.name()))
}

/// `{error, {invalid, What}}`
pub(crate) fn error_invalid<A: Alloc + ?Sized>(a: &mut A, what: &str) -> Term {
    let reason = invalid(a, named(what));
    error(a, reason)
}

/// `{invalid, What}`, which the Erlang side makes an error of.
pub(crate) fn invalid<A: Alloc + ?Sized>(a: &mut A, what: Term) -> Term {
    build::tuple(a, &[named("invalid"), what])
}

/// `{Tag, Value}`
pub(crate) fn pair<A: Alloc + ?Sized>(a: &mut A, tag: &str, value: Term) -> Term {
    build::tuple(a, &[named(tag), value])
}

/// A map with atoms for keys.
pub(crate) fn record<A: Alloc + ?Sized>(a: &mut A, pairs: &[(&str, Term)]) -> Term {
    let pairs: alloc::vec::Vec<(Term, Term)> = pairs.iter().map(|(k, v)| (named(k), *v)).collect();
    map::from_pairs(a, &pairs)
}

/// `ok`, or the error.
pub(crate) fn done<A: Alloc + ?Sized>(a: &mut A, result: Result<(), Errno>) -> NativeResult {
    Ok(match result {
        Ok(()) => ok(),
        Err(e) => failed(a, e),
    })
}

/// A 32-bit argument: what is no integer is `badarg`, what is too large `{error, {invalid, {integer_range, N}}}`.
pub(crate) fn int(p: &mut joist_vm::process::Process, t: Term) -> Result<Result<i32, Term>, Bail> {
    if let Some(n) = t.as_i64().and_then(|n| i32::try_from(n).ok()) {
        return Ok(Ok(n));
    }
    if !t.is_integer() {
        return Err(p.badarg());
    }
    Ok(Err(out_of_range(p, t)))
}

/// `{error, {invalid, {integer_range, N}}}`
pub(crate) fn out_of_range<A: Alloc + ?Sized>(a: &mut A, n: Term) -> Term {
    let range = pair(a, "integer_range", n);
    let reason = invalid(a, range);
    error(a, reason)
}
