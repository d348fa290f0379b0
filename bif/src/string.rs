//! `string` (`bif.c`): numbers at the beginning of a list of characters.

use alloc::vec::Vec;

use joist_vm::atom::{self, Atom};
use joist_vm::number::float_text;
use joist_vm::number::text::parse as parse_integer;
use joist_vm::process::{NativeResult, Process};
use joist_vm::term::{Term, build};

use crate::table::Binding;

pub(crate) const BINDINGS: &[Binding] = &[("list_to_integer", 1, list_to_integer), ("list_to_float", 1, list_to_float)];

fn error(p: &mut Process, what: &str) -> NativeResult {
    Ok(build::tuple(p, &[Term::atom(atom::ERROR), Term::atom(Atom::new(what))]))
}

/// A list's elements as bytes, up to the first that is none.
fn prefix(list: Term) -> Vec<u8> {
    list.list().map_while(Term::as_byte).collect()
}

/// A list without its first `n` elements.
fn rest(list: Term, n: usize) -> Term {
    let mut it = list.list();
    it.by_ref().take(n).for_each(drop);
    it.rest()
}

fn digits(s: &[u8]) -> usize {
    s.iter().take_while(|b| b.is_ascii_digit()).count()
}

fn sign(s: &[u8]) -> usize {
    usize::from(matches!(s.first(), Some(b'+' | b'-')))
}

/// `{Integer, Rest}`, `{error, no_integer}` or `{error, not_a_list}`.
fn list_to_integer(p: &mut Process, a: &[Term]) -> NativeResult {
    if !a[0].is_list() {
        return error(p, "not_a_list");
    }
    let text = prefix(a[0]);
    let sign = sign(&text);
    let n = digits(&text[sign..]);
    p.charge(n / 50);
    if n == 0 {
        return error(p, "no_integer");
    }
    match parse_integer(p, &text[..sign + n], 10) {
        Ok(v) => Ok(build::tuple(p, &[v, rest(a[0], sign + n)])),
        Err(_) => Err(p.system_limit()),
    }
}

/// `{Float, Rest}`, `{error, no_float}` or `{error, not_a_list}`. A decimal comma is as good as a point; an exponent
/// that is not complete belongs to the rest.
fn list_to_float(p: &mut Process, a: &[Term]) -> NativeResult {
    if !a[0].is_list() {
        return error(p, "not_a_list");
    }
    let mut text = prefix(a[0]);
    let mut n = sign(&text);
    let whole = digits(&text[n..]);
    n += whole;
    let fraction = match text.get_mut(n) {
        Some(point @ (b'.' | b',')) => {
            *point = b'.';
            digits(&text[n + 1..])
        }
        _ => 0,
    };
    if whole == 0 || fraction == 0 {
        return error(p, "no_float");
    }
    n += 1 + fraction;
    if let Some(b'e' | b'E') = text.get(n) {
        let at = n + 1 + sign(&text[n + 1..]);
        match digits(&text[at..]) {
            0 => {}
            e => n = at + e,
        }
    }
    match float_text::parse(&text[..n]) {
        Some(f) => {
            let f = build::float(p, f);
            Ok(build::tuple(p, &[f, rest(a[0], n)]))
        }
        None => error(p, "no_float"),
    }
}
