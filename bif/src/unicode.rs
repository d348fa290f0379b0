//! `unicode` (`erl_unicode.c`): `latin1` and `utf8` are converted here, other encodings by `unicode`'s own Erlang code.

use alloc::sync::Arc;
use core::any::Any;

use joist_vm::atom::{self, Atom};
use joist_vm::code::{Mfa, export};
use joist_vm::etf::Progress;
use joist_vm::process::{Bail, Native, NativeResult, Process, make_reference};
use joist_vm::sync::RwLock;
use joist_vm::term::{Term, build};
use joist_vm::unicode::{self, Conversion, Suspended, Validity};

use crate::limits;
use crate::table::Binding;

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
    if let Some(bytes) = data.as_binary() {
        p.charge(bytes.len() / 1024);
        // What is UTF-8 already stays as it is.
        if if latin1 { bytes.is_ascii() } else { unicode::validate(&bytes) == Validity::Valid } {
            return Ok(data);
        }
    }
    start(p, data, latin1, false)
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

fn run(p: &mut Process, mut conversion: Conversion, list: bool) -> NativeResult {
    // List elements converted for one reduction.
    const RATE: usize = 16;
    let mut budget = limits::UNICODE.budget(p, RATE);
    let before = budget;
    let progress = conversion.run(p, &mut budget);
    p.charge((before - budget) / RATE);
    if progress == Progress::Done {
        return Ok(unicode::result(p, conversion, list));
    }
    let (todo, state) = conversion.suspend(p);
    let magic: Arc<dyn Any + Send + Sync> = Arc::new(RwLock::new(Some(state)));
    let reference = build::magic_reference(p, make_reference(), magic);
    let next: Native = if list { resume_list } else { resume_binary };
    Err::<Term, Bail>(p.yield_to(next, &[todo, reference]))
}

fn resume_binary(p: &mut Process, a: &[Term]) -> NativeResult {
    resume(p, a, false)
}

fn resume_list(p: &mut Process, a: &[Term]) -> NativeResult {
    resume(p, a, true)
}

fn resume(p: &mut Process, a: &[Term], list: bool) -> NativeResult {
    let state = a[1].as_magic().and_then(|m| m.downcast_ref::<RwLock<Option<Suspended>>>());
    let Some(state) = state.and_then(|s| s.write().take()) else { return Err(p.badarg()) };
    run(p, Conversion::resume(a[0], state), list)
}
