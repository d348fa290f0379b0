//! The functions that guards and bodies may call. They fail by answering none.

use core::cmp::Ordering;

use crate::atom::Atom;
use crate::number::{self, Rounding, arith, bitwise};
use crate::term::compare::{compare, eq, exact_eq};
use crate::term::{Alloc, ExternalKind, Tag, Term, build};

type Arguments<'a> = &'a [Term];

/// A function of guards.
#[derive(Clone, Copy)]
pub(super) struct Function {
    name: &'static str,
    arity: usize,
    /// The release that brought it to match specifications.
    since: u32,
    pub(super) code: fn(&mut dyn Alloc, Arguments<'_>) -> Option<Term>,
}

impl core::fmt::Debug for Function {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}/{}", self.name, self.arity)
    }
}

/// The function of that name and arity.
pub(super) fn find(name: Atom, arity: usize) -> Option<Function> {
    let name = name.text();
    let found = TABLE.iter().find(|f| f.arity == arity && f.name == name)?;
    crate::release::at_least(found.since).then_some(*found)
}

macro_rules! functions {
    ($($name:literal $arity:literal $since:literal |$a:pat_param, $t:pat_param| $code:expr;)*) => {
        static TABLE: &[Function] = &[$(Function {
            name: $name,
            arity: $arity,
            since: $since,
            code: |$a, $t| $code,
        },)*];
    };
}

functions! {
    "is_atom" 1 0 |_, t| truth(t[0].is_atom());
    "is_float" 1 0 |_, t| truth(t[0].is_tag(Tag::Float));
    "is_integer" 1 0 |_, t| truth(t[0].is_integer());
    "is_integer" 3 29 |_, t| {
        if !t[1].is_integer() || !t[2].is_integer() {
            return None;
        }
        truth(t[0].is_integer() && compare(t[0], t[1]).is_ge() && compare(t[0], t[2]).is_le())
    };
    "is_list" 1 0 |_, t| truth(t[0].is_list());
    "is_number" 1 0 |_, t| truth(t[0].is_number());
    "is_pid" 1 0 |_, t| truth(t[0].is_pid());
    "is_port" 1 0 |_, t| truth(t[0].is_port());
    "is_reference" 1 0 |_, t| truth(t[0].is_reference());
    "is_tuple" 1 0 |_, t| truth(t[0].as_tuple().is_some());
    "is_map" 1 0 |_, t| truth(t[0].is_map());
    "is_binary" 1 0 |_, t| truth(t[0].is_binary());
    "is_bitstring" 1 26 |_, t| truth(t[0].is_bitstring());
    "is_boolean" 1 26 |_, t| truth(t[0].as_bool().is_some());
    "is_function" 1 0 |_, t| truth(t[0].is_fun());
    "is_function" 2 26 |_, t| {
        let arity = t[1].as_usize()?;
        truth(t[0].as_fun().is_some_and(|f| f.arity() as usize == arity))
    };
    "is_record" 3 0 |_, t| {
        if !t[1].is_atom() {
            return None;
        }
        if t[2].is_atom() && crate::release::at_least(29) {
            return truth(t[0].as_record().is_some_and(|r| r.module() == t[1] && r.name() == t[2]));
        }
        let size = t[2].as_small().filter(|n| *n >= 0)?;
        truth(t[0].as_tuple().is_some_and(|r| r.len() as i64 == size && r.first() == Some(&t[1])))
    };
    "abs" 1 0 |a, t| number(arith::abs(a, t[0]));
    "element" 2 0 |_, t| t[1].as_tuple()?.get(t[0].as_usize()?.checked_sub(1)?).copied();
    "hd" 1 0 |_, t| t[0].as_cons().map(|c| c.0);
    "tl" 1 0 |_, t| t[0].as_cons().map(|c| c.1);
    "length" 1 0 |_, t| size(t[0].list_length()?);
    "max" 2 26 |_, t| Some(if compare(t[0], t[1]).is_lt() { t[1] } else { t[0] });
    "min" 2 26 |_, t| Some(if compare(t[0], t[1]).is_le() { t[0] } else { t[1] });
    "node" 0 0 |_, _| Some(Term::atom(crate::node::this().name));
    "node" 1 0 |_, t| node(t[0]);
    "size" 1 0 |_, t| match t[0].as_tuple() {
        Some(e) => size(e.len()),
        None => size(t[0].as_bits()?.len / 8),
    };
    "tuple_size" 1 26 |_, t| size(t[0].as_tuple()?.len());
    "map_size" 1 0 |_, t| if t[0].is_map() { size(crate::map::size(t[0])) } else { None };
    "map_get" 2 0 |_, t| if t[1].is_map() { crate::map::get(t[1], t[0]) } else { None };
    "is_map_key" 2 0 |_, t| if t[1].is_map() { truth(crate::map::contains(t[1], t[0])) } else { None };
    "bit_size" 1 0 |_, t| size(t[0].as_bits()?.len);
    "byte_size" 1 0 |_, t| size(t[0].as_bits()?.len.div_ceil(8));
    "binary_part" 2 0 |a, t| {
        let [start, len] = *t[1].as_tuple_of::<2>()?;
        part(a, t[0], start, len)
    };
    "binary_part" 3 0 |a, t| part(a, t[0], t[1], t[2]);
    "round" 1 0 |a, t| round(a, t[0], Rounding::Nearest);
    "trunc" 1 0 |a, t| round(a, t[0], Rounding::Truncate);
    "ceil" 1 26 |a, t| round(a, t[0], Rounding::Ceiling);
    "floor" 1 26 |a, t| round(a, t[0], Rounding::Floor);
    "float" 1 0 |a, t| match t[0].as_float() {
        Some(_) => Some(t[0]),
        None => Some(build::float(a, number::to_float(t[0])?)),
    };
    "+" 1 0 |_, t| t[0].is_number().then_some(t[0]);
    "-" 1 0 |a, t| number(arith::neg(a, t[0]));
    "+" 2 0 |a, t| number(arith::add(a, t[0], t[1]));
    "-" 2 0 |a, t| number(arith::sub(a, t[0], t[1]));
    "*" 2 0 |a, t| number(arith::mul(a, t[0], t[1]));
    "/" 2 0 |a, t| number(arith::divide(a, t[0], t[1]));
    "div" 2 0 |a, t| number(arith::div(a, t[0], t[1]));
    "rem" 2 0 |a, t| number(arith::rem(a, t[0], t[1]));
    "band" 2 0 |a, t| number(bitwise::band(a, t[0], t[1]));
    "bor" 2 0 |a, t| number(bitwise::bor(a, t[0], t[1]));
    "bxor" 2 0 |a, t| number(bitwise::bxor(a, t[0], t[1]));
    "bnot" 1 0 |a, t| number(bitwise::bnot(a, t[0]));
    "bsl" 2 0 |a, t| number(bitwise::bsl(a, t[0], t[1]));
    "bsr" 2 0 |a, t| number(bitwise::bsr(a, t[0], t[1]));
    ">" 2 0 |_, t| truth(compare(t[0], t[1]) == Ordering::Greater);
    ">=" 2 0 |_, t| truth(compare(t[0], t[1]) != Ordering::Less);
    "<" 2 0 |_, t| truth(compare(t[0], t[1]) == Ordering::Less);
    "=<" 2 0 |_, t| truth(compare(t[0], t[1]) != Ordering::Greater);
    "=:=" 2 0 |_, t| truth(exact_eq(t[0], t[1]));
    "==" 2 0 |_, t| truth(eq(t[0], t[1]));
    "=/=" 2 0 |_, t| truth(!exact_eq(t[0], t[1]));
    "/=" 2 0 |_, t| truth(!eq(t[0], t[1]));
    "not" 1 0 |_, t| truth(!t[0].as_bool()?);
    "xor" 2 0 |_, t| truth(t[0].as_bool()? != t[1].as_bool()?);
}

#[allow(clippy::unnecessary_wraps)]
fn truth(b: bool) -> Option<Term> {
    Some(Term::bool(b))
}

fn size(n: usize) -> Option<Term> {
    Term::try_small(i64::try_from(n).ok()?)
}

fn number(outcome: arith::Outcome) -> Option<Term> {
    outcome.ok()
}

fn round(a: &mut dyn Alloc, t: Term, how: Rounding) -> Option<Term> {
    if t.is_integer() {
        return Some(t);
    }
    Some(number::from_float(a, t.as_float()?, how))
}

/// A part of a binary; a negative length counts backwards.
fn part(a: &mut dyn Alloc, binary: Term, start: Term, len: Term) -> Option<Term> {
    let bits = binary.as_bits().filter(|b| b.len % 8 == 0)?;
    let (start, len) = (start.as_small()?, len.as_small()?);
    let (from, to) = if len < 0 { (start.checked_add(len)?, start) } else { (start, start.checked_add(len)?) };
    if from < 0 || to > (bits.len / 8) as i64 {
        return None;
    }
    Some(build::sub_bits(a, binary, from as usize * 8, (to - from) as usize * 8))
}

fn node(t: Term) -> Option<Term> {
    if let Some(e) = t.as_external() {
        let known = matches!(e.kind, ExternalKind::Pid | ExternalKind::Port | ExternalKind::Reference);
        return known.then_some(Term::atom(e.node));
    }
    let local = t.is_local_pid() || t.as_port().is_some() || t.is_tag(Tag::Ref);
    local.then(|| Term::atom(crate::node::this().name))
}
