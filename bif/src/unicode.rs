//! `unicode` (`erl_unicode.c`): `latin1` and `utf8` are converted here, other encodings by `unicode`'s own Erlang code.

use alloc::vec::Vec;

use joist_vm::atom::{self, Atom};
use joist_vm::code::{Mfa, export};
use joist_vm::etf::Progress;
use joist_vm::process::{NativeResult, Process};
use joist_vm::term::{Term, build};
use joist_vm::unicode::{self, Conversion, End, Validity};

use crate::table::Binding;
use crate::{limits, slices};

pub(crate) const BINDINGS: &[Binding] = &[
    ("bin_is_7bit", 1, |_, a| Ok(Term::bool(a[0].as_binary().is_some_and(|b| b.is_ascii())))),
    ("characters_to_binary", 2, characters_to_binary),
    ("characters_to_list", 2, characters_to_list),
];

/// Is it Latin-1 (true), UTF-8 (false), or something that Erlang code converts?
fn encoding(t: Term) -> Option<bool> {
    match t.as_atom()? {
        atom::LATIN1 => Some(true),
        atom::UTF8 => Some(false),
        a if a.text() == "unicode" => Some(false),
        _ => None,
    }
}

fn trap(p: &mut Process, function: &str, a: &[Term]) -> NativeResult {
    Err(p.trap_to(export(Mfa::new(Atom::new("unicode"), Atom::new(function), 2)), a))
}

fn characters_to_binary(p: &mut Process, a: &[Term]) -> NativeResult {
    let Some(latin1) = encoding(a[1]) else { return trap(p, "characters_to_binary_int", a) };
    let data = match a[0].as_cons() {
        Some((head, tail)) if tail.is_nil() && head.is_binary() => head,
        _ => a[0],
    };
    let Some(bytes) = data.as_binary() else { return start(p, data, latin1, false) };
    // What is UTF-8 already stays as it is.
    let mut checked = 0;
    p.run_job(move |p: &mut Process| {
        let n = (bytes.len() - checked).min(limits::budget(p, CHECKED));
        p.charge(n / CHECKED);
        let part = &bytes[checked..checked + n];
        let valid = match unicode::validate(part) {
            _ if latin1 => part.is_ascii(),
            Validity::Valid => true,
            // A character that goes on in the next part.
            Validity::Incomplete(good) if checked + n < bytes.len() && good > 0 => {
                checked += good;
                return None;
            }
            _ => false,
        };
        checked += n;
        match valid {
            false => Some(start(p, data, latin1, false)),
            true if checked == bytes.len() => Some(Ok(data)),
            true => None,
        }
    })
}

fn characters_to_list(p: &mut Process, a: &[Term]) -> NativeResult {
    match encoding(a[1]) {
        Some(latin1) => start(p, a[0], latin1, true),
        None => trap(p, "characters_to_list_int", a),
    }
}

fn start(p: &mut Process, data: Term, latin1: bool, list: bool) -> NativeResult {
    if !unicode::is_character_data(data) {
        return Err(p.badarg());
    }
    run(p, Conversion::new(data, latin1), list)
}

/// Bytes checked, and list elements converted or made, for one reduction.
const CHECKED: usize = 4096;
const RATE: usize = 8;

fn run(p: &mut Process, conversion: Conversion, list: bool) -> NativeResult {
    let mut todo = Some(conversion);
    p.run_job(move |p: &mut Process| {
        let mut left = limits::UNICODE.budget(p, RATE);
        let before = left;
        let progress = todo.as_mut()?.run(p, &mut left);
        p.charge((before - left) / RATE);
        if progress == Progress::Paused {
            return None;
        }
        let (out, end) = todo.take()?.finish();
        Some(if list {
            make_list(p, out, end)
        } else {
            slices::binary(p, out, move |p, converted| unicode::answer(p, converted, end))
        })
    })
}

/// The list of the characters in UTF-8, made from its end on.
fn make_list(p: &mut Process, utf8: Vec<u8>, end: End) -> NativeResult {
    let (mut left, mut list) = (utf8.len(), Term::NIL);
    p.run_job(move |p: &mut Process| {
        let mut from = left.saturating_sub(limits::budget(p, RATE).max(4));
        while utf8.get(from).is_some_and(|b| b & 0xc0 == 0x80) {
            from += 1;
        }
        let text = core::str::from_utf8(&utf8[from..left]).unwrap_or_default();
        let points: Vec<u32> = text.chars().map(u32::from).collect();
        list = build::list_of_ints(p, points.into_iter(), list);
        p.charge((left - from) / RATE);
        left = from;
        (left == 0).then(|| Ok(unicode::answer(p, list, end)))
    })
}
