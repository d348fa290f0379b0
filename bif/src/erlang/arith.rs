//! Arithmetic and sizes called by name; as instructions they never get here (`erl_arith.c`, `erl_bif_guard.c`).

use joist_vm::engine::Arith;
use joist_vm::process::{NativeResult, Process};
use joist_vm::term::compare::compare;
use joist_vm::term::{Term, build};

use crate::table::Binding;

macro_rules! by_name {
    ($($name:literal $arity:literal $op:ident,)*) => {
        &[
            $(($name, $arity, |p, a| Arith::$op.native(p, a)),)*
            ("min", 2, |_, a| Ok(if compare(a[0], a[1]).is_le() { a[0] } else { a[1] })),
            ("max", 2, |_, a| Ok(if compare(a[0], a[1]).is_ge() { a[0] } else { a[1] })),
            ("binary_part", 2, |p, a| part(p, a[0], a[1].as_tuple_of::<2>().map(|t| (t[0], t[1])))),
            ("binary_part", 3, |p, a| part(p, a[0], Some((a[1], a[2])))),
        ]
    };
}

pub(crate) const BINDINGS: &[Binding] = by_name! {
    "+" 2 Add, "-" 2 Sub, "*" 2 Mul, "/" 2 Divide, "div" 2 IntDiv, "rem" 2 Rem,
    "band" 2 Band, "bor" 2 Bor, "bxor" 2 Bxor, "bsl" 2 Bsl, "bsr" 2 Bsr,
    "bnot" 1 Bnot, "-" 1 Negate, "+" 1 Plus, "abs" 1 Abs,
    "float" 1 Float, "round" 1 Round, "trunc" 1 Trunc, "ceil" 1 Ceil, "floor" 1 Floor,
    "length" 1 Length, "size" 1 Size, "byte_size" 1 ByteSize, "bit_size" 1 BitSize, "map_size" 1 MapSize,
    "map_get" 2 MapGet, "is_map_key" 2 IsMapKey,
};

/// `binary_part(Binary, Start, Length)`; a negative length counts back. (Bits behind the last whole byte don't matter.)
pub(crate) fn part(p: &mut Process, whole: Term, range: Option<(Term, Term)>) -> NativeResult {
    let Some(bits) = whole.as_bits() else { return Err(p.badarg()) };
    let range = range.and_then(|(at, len)| {
        let (at, len) = (at.as_small()?, len.as_small()?);
        let (at, len) = if len < 0 { (at.checked_add(len)?, -len) } else { (at, len) };
        let end = at.checked_add(len)?;
        (at >= 0 && end as u64 <= (bits.len / 8) as u64).then_some((at as usize, len as usize))
    });
    match range {
        Some((at, len)) => Ok(build::sub_bits(p, whole, at * 8, len * 8)),
        None => Err(p.badarg()),
    }
}
