//! Type tests called by name.

use joist_vm::process::{NativeResult, Process};
use joist_vm::release;
use joist_vm::term::{Tag, Term};

use crate::table::Binding;

macro_rules! tests {
    ($($name:literal $test:expr,)*) => {
        &[
            $(($name, 1, |_, a| { let test: fn(Term) -> bool = $test; Ok(Term::bool(test(a[0]))) }),)*
            ("is_function", 2, is_function2),
            ("is_record", 2, |p, a| is_record(p, a[0], a[1], None)),
            ("is_record", 3, |p, a| is_record(p, a[0], a[1], Some(a[2]))),
            ("is_integer", 3, is_integer3),
        ]
    };
}

pub(crate) const BINDINGS: &[Binding] = tests! {
    "is_atom" Term::is_atom,
    "is_binary" Term::is_binary,
    "is_bitstring" Term::is_bitstring,
    "is_boolean" |t| t.as_bool().is_some(),
    "is_float" |t| t.is_tag(Tag::Float),
    "is_function" Term::is_fun,
    "is_integer" Term::is_integer,
    "is_list" Term::is_list,
    "is_map" Term::is_map,
    "is_number" Term::is_number,
    "is_pid" Term::is_pid,
    "is_port" Term::is_port,
    "is_reference" Term::is_reference,
    "is_record" |t| t.is_tag(Tag::Record),
    "is_tuple" |t| t.as_tuple().is_some(),
};

fn is_function2(p: &mut Process, a: &[Term]) -> NativeResult {
    let arity_ok = a[1].as_small().map_or(a[1].as_big().is_some_and(|b| !b.0), |n| n >= 0);
    if !arity_ok {
        return Err(p.badarg());
    }
    Ok(Term::bool(a[0].as_fun().is_some_and(|f| a[1].as_small() == Some(i64::from(f.arity())))))
}

fn is_record(p: &mut Process, t: Term, tag: Term, size: Option<Term>) -> NativeResult {
    let native = t.as_record().filter(|_| release::at_least(29));
    if let Some(name) = size.filter(|s| s.is_atom() && tag.is_atom() && release::at_least(29)) {
        return Ok(Term::bool(native.is_some_and(|r| r.module() == tag && r.name() == name)));
    }
    if !tag.is_atom() || size.is_some_and(|s| s.as_usize().is_none()) {
        return Err(p.badarg());
    }
    let fits = |e: &[Term]| size.is_none_or(|s| s.as_usize() == Some(e.len()));
    let tuple = t.as_tuple().is_some_and(|e| e.first() == Some(&tag) && fits(e));
    Ok(Term::bool(tuple || size.is_none() && native.is_some_and(|r| r.name() == tag)))
}

/// `is_integer(T, Low, High)` of OTP 29.
fn is_integer3(p: &mut Process, a: &[Term]) -> NativeResult {
    use joist_vm::term::compare::compare;
    if !a[1].is_integer() || !a[2].is_integer() {
        return Err(p.badarg());
    }
    Ok(Term::bool(a[0].is_integer() && compare(a[1], a[0]).is_le() && compare(a[0], a[2]).is_le()))
}
