//! `nif_setopt`, `nif_getopt` (`esock_setopt`, `esock_getopt`).

mod otp;
pub(super) mod table;
pub(super) mod tos;
mod values;

use alloc::vec::Vec;

use joist_vm::atom::Atom;
use joist_vm::platform::{Errno, Family, platform};
use joist_vm::process::{Bail, NativeResult, Process};
use joist_vm::term::{Bits, Term, build};

use super::answers::{self, closed, done, failed, given, named};
use super::esock;
use super::numbers::SOL_SOCKET;
use table::{Can, Kind};

/// Most bytes of an option's value.
const MOST: usize = 1 << 16;

fn is_otp(level: Term) -> bool {
    level.as_atom().is_some_and(|a| a.text() == "otp")
}

/// Level and option as numbers; an answer if they are out of range.
fn numbers(p: &mut Process, level: Term, option: Term) -> Result<Result<(i32, i32), Term>, Bail> {
    let level = match level.as_atom().map(Atom::text) {
        Some("socket") => Ok(SOL_SOCKET),
        _ => answers::int(p, level)?,
    };
    let option = answers::int(p, option)?;
    Ok(level.and_then(|level| option.map(|option| (level, option))))
}

/// `nif_setopt(Socket, Level, Option, Value, IsNative)`
pub(super) fn set(p: &mut Process, a: &[Term]) -> NativeResult {
    if is_otp(a[1]) {
        return otp::set(p, a[0], a[2], a[3]);
    }
    let esock = esock::get(p, a[0])?;
    let (level, option) = given!(numbers(p, a[1], a[2]));
    let state = esock.state.lock();
    let Some(handle) = state.open() else { return Ok(closed(p)) };
    let bytes = if a[4] == Term::small(0) {
        let Some(known) = table::find(level, option).filter(|o| o.can != Can::Get) else {
            return Ok(answers::invalid(p, named("socket_option")));
        };
        values::read(known.kind, a[3])
    } else if let Some(bytes) = a[3].as_bits().filter(Bits::is_binary) {
        Some(bytes.to_vec())
    } else {
        values::read(if a[3].is_atom() { Kind::Bool } else { Kind::Int }, a[3])
    };
    match bytes {
        Some(bytes) => done(p, platform().socket_set_option(handle, level, option, &bytes)),
        None => Ok(answers::invalid(p, named("value"))),
    }
}

/// `nif_getopt(Socket, Level, Option)`
pub(super) fn get(p: &mut Process, a: &[Term]) -> NativeResult {
    if is_otp(a[1]) {
        return otp::get(p, a[0], a[2]);
    }
    let (level, option) = given!(numbers(p, a[1], a[2]));
    match table::find(level, option).filter(|o| o.can != Can::Set) {
        // What protocol 0 is, is known for IP only.
        Some(known) if known.kind == Kind::Protocol && esock::get(p, a[0])?.family == Family::Local => {
            Ok(answers::ok_with(p, named("default")))
        }
        Some(known) => ask(p, a[0], (level, option), values::size(known.kind), |p, b| values::build(p, known.kind, b)),
        None => {
            esock::get(p, a[0])?;
            Ok(answers::invalid(p, named("socket_option")))
        }
    }
}

/// `nif_getopt(Socket, Level, Option, ValueSpec)`: `boolean`, `integer`, a size in bytes, or a binary to begin with.
pub(super) fn get_native(p: &mut Process, a: &[Term]) -> NativeResult {
    let (level, option) = given!(numbers(p, a[1], a[2]));
    match (a[3].as_atom().map(Atom::text), a[3].as_usize(), a[3].as_binary()) {
        (Some("boolean"), ..) => ask(p, a[0], (level, option), 4, |p, b| values::build(p, Kind::Bool, b)),
        (Some("integer"), ..) => ask(p, a[0], (level, option), 4, |p, b| values::build(p, Kind::Int, b)),
        (_, Some(size), _) if size <= MOST => ask(p, a[0], (level, option), size, |p, b| Some(build::binary(p, b))),
        (_, _, Some(b)) if b.len() <= MOST => {
            let before = b.into_owned();
            ask_from(p, a[0], (level, option), before, |p, b| Some(build::binary(p, b)))
        }
        _ => {
            esock::get(p, a[0])?;
            Ok(answers::invalid(p, named("value")))
        }
    }
}

/// `nif_getopt(Socket, Level, Option, native | value, Spec)` (28+)
pub(super) fn get_5(p: &mut Process, a: &[Term]) -> NativeResult {
    match a[3].as_atom().map(Atom::text) {
        Some("native") => get_native(p, &[a[0], a[1], a[2], a[4]]),
        // Only SCTP's options are asked for with a value.
        Some("value") => {
            esock::get(p, a[0])?;
            Ok(answers::invalid(p, named("socket_option")))
        }
        _ => Err(p.badarg()),
    }
}

fn ask(
    p: &mut Process,
    socket: Term,
    (level, option): (i32, i32),
    size: usize,
    answer: impl FnOnce(&mut Process, &[u8]) -> Option<Term>,
) -> NativeResult {
    ask_from(p, socket, (level, option), alloc::vec![0; size], answer)
}

/// Asks for a value from what it was before.
fn ask_from(
    p: &mut Process,
    socket: Term,
    (level, option): (i32, i32),
    before: Vec<u8>,
    answer: impl FnOnce(&mut Process, &[u8]) -> Option<Term>,
) -> NativeResult {
    let esock = esock::get(p, socket)?;
    let state = esock.state.lock();
    let Some(handle) = state.open() else { return Ok(closed(p)) };
    match platform().socket_option_from(handle, level, option, before) {
        Ok(bytes) => Ok(match answer(p, &bytes) {
            Some(value) => answers::ok_with(p, value),
            None => failed(p, Errno::Einval),
        }),
        Err(e) => Ok(failed(p, e)),
    }
}
