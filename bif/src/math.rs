//! `math` (`erl_math.c`): the C library's functions, by `libm`.

use joist_vm::atom;
use joist_vm::number::to_float;
use joist_vm::process::{NativeResult, Process};
use joist_vm::term::{Term, build};

use crate::table::Binding;

macro_rules! unary {
    ($($name:literal $f:expr,)*) => {
        &[
            $(($name, 1, |p, a| {
                let f: fn(f64) -> f64 = $f;
                let x = number(p, a[0])?;
                result(p, f(x))
            }),)*
            ("atan2", 2, |p, a| binary(p, a, libm::atan2)),
            ("pow", 2, |p, a| binary(p, a, libm::pow)),
            ("fmod", 2, |p, a| {
                if number(p, a[1])? == 0.0 {
                    return Err(p.error_atom(atom::BADARITH));
                }
                binary(p, a, libm::fmod)
            }),
        ]
    };
}

pub(crate) const BINDINGS: &[Binding] = unary! {
    "acos" libm::acos, "acosh" libm::acosh, "asin" libm::asin, "asinh" libm::asinh,
    "atan" libm::atan, "atanh" libm::atanh, "ceil" libm::ceil, "cos" libm::cos,
    "cosh" libm::cosh, "erf" libm::erf, "erfc" libm::erfc, "exp" libm::exp,
    "floor" libm::floor, "log" libm::log, "log10" libm::log10, "log2" libm::log2,
    "sin" libm::sin, "sinh" libm::sinh, "sqrt" libm::sqrt, "tan" libm::tan, "tanh" libm::tanh,
};

fn number(p: &mut Process, t: Term) -> Result<f64, joist_vm::process::Bail> {
    if !t.is_number() {
        return Err(p.badarg());
    }
    to_float(t).ok_or_else(|| p.error_atom(atom::BADARITH))
}

fn binary(p: &mut Process, a: &[Term], f: fn(f64, f64) -> f64) -> NativeResult {
    let (x, y) = (number(p, a[0])?, number(p, a[1])?);
    result(p, f(x, y))
}

fn result(p: &mut Process, f: f64) -> NativeResult {
    if f.is_finite() { Ok(build::float(p, f)) } else { Err(p.error_atom(atom::BADARITH)) }
}
