//! `nif_send`, `nif_sendto`, `nif_sendmsg`, `nif_sendv`, `nif_sendmmsg` (`esock_send`, `send_check_result`).

use alloc::borrow::Cow;
use alloc::sync::Arc;
use alloc::vec::Vec;

use joist_vm::map;
use joist_vm::platform::{Address, Control, Errno, Style, platform};
use joist_vm::process::{Bail, NativeResult, Process};
use joist_vm::term::{Bits, Term, build};

use super::address::{self, Named};
use super::answers::{self, closed, failed, given, named};
use super::control;
use super::esock::{self, Esock, State};

/// Most parts that go out at once (`IOV_MAX`).
pub(super) const PARTS: usize = 1024;

/// One message on its way.
struct Outgoing<'a> {
    parts: Vec<&'a [u8]>,
    to: Option<&'a Address>,
    control: &'a [Control],
    flags: i32,
    /// There are more parts than go out at once.
    has_more: bool,
}

/// `nif_send(Socket, Data, Flags, Reference)`
pub(super) fn send(p: &mut Process, a: &[Term]) -> NativeResult {
    let esock = esock::get(p, a[0])?;
    let data = binary(p, a[1])?;
    let flags = given!(answers::int(p, a[2]));
    run(p, &esock, a[3], &Outgoing { parts: alloc::vec![&*data], to: None, control: &[], flags, has_more: false })
}

/// `nif_sendto(Socket, Data, Address, Flags, Reference)`
pub(super) fn send_to(p: &mut Process, a: &[Term]) -> NativeResult {
    let esock = esock::get(p, a[0])?;
    let data = binary(p, a[1])?;
    let flags = given!(answers::int(p, a[3]));
    let to = match address::read(a[2]) {
        Some(Named::Address(to)) => Some(to),
        Some(Named::Unspecified) => None,
        None => return Ok(answers::invalid(p, named("sockaddr"))),
    };
    let parts = alloc::vec![&*data];
    run(p, &esock, a[4], &Outgoing { parts, to: to.as_ref(), control: &[], flags, has_more: false })
}

/// `nif_sendmsg(Socket, Message, Flags, Reference, Parts)`
pub(super) fn send_message(p: &mut Process, a: &[Term]) -> NativeResult {
    let esock = esock::get(p, a[0])?;
    let flags = given!(answers::int(p, a[2]));
    if !a[1].is_map() {
        return Err(p.badarg());
    }
    let to = match map::get(a[1], named("addr")).map(address::read) {
        None | Some(Some(Named::Unspecified)) => None,
        Some(Some(Named::Address(to))) => Some(to),
        Some(None) => return Ok(answers::invalid(p, named("addr"))),
    };
    let control = match map::get(a[1], named("ctrl")).map(control::read) {
        None => Vec::new(),
        Some(Some(control)) => control,
        Some(None) => return Ok(answers::invalid(p, named("ctrl"))),
    };
    let Some((data, has_more)) = parts_of(a[4]) else { return Ok(answers::invalid(p, named("iov"))) };
    let parts = data.iter().map(|d| &**d).collect();
    run(p, &esock, a[3], &Outgoing { parts, to: to.as_ref(), control: &control, flags, has_more })
}

/// `nif_sendv(Socket, Parts, Reference)`
pub(super) fn send_parts(p: &mut Process, a: &[Term]) -> NativeResult {
    let esock = esock::get(p, a[0])?;
    let Some((data, has_more)) = parts_of(a[1]) else { return Err(p.badarg()) };
    let parts = data.iter().map(|d| &**d).collect();
    run(p, &esock, a[2], &Outgoing { parts, to: None, control: &[], flags: 0, has_more })
}

/// A list of binaries, as many as go out at once, and whether there are more.
fn parts_of(list: Term) -> Option<(Vec<Cow<'static, [u8]>>, bool)> {
    let items = list.list_to_vec()?;
    let parts = items.iter().take(PARTS).map(|t| t.as_binary()).collect::<Option<_>>()?;
    // Empty ones at the end are nothing to send.
    let has_more = items.iter().skip(PARTS).any(|t| t.as_binary().is_none_or(|b| !b.is_empty()));
    Some((parts, has_more))
}

fn binary(p: &mut Process, t: Term) -> Result<Cow<'static, [u8]>, Bail> {
    t.as_bits().filter(Bits::is_binary).and_then(|b| b.bytes()).ok_or_else(|| p.badarg())
}

fn run(p: &mut Process, esock: &Arc<Esock>, reference: Term, out: &Outgoing<'_>) -> NativeResult {
    if reference.as_reference().is_none() {
        return Err(p.badarg());
    }
    let mut guard = esock.state.lock();
    let state = &mut *guard;
    let Some(handle) = state.open() else { return Ok(closed(p)) };
    if state.connector.current.is_some() {
        return Ok(answers::error_invalid(p, "state"));
    }
    if out.has_more && esock.style != Style::Stream {
        // A packet goes out at once.
        return Ok(answers::invalid(p, named("iov")));
    }
    if let Some(answer) = esock.wait_for_turn(p, state, |s| &mut s.writers, reference)? {
        return Ok(answer);
    }
    let size: usize = out.parts.iter().map(|part| part.len()).sum();
    state.written.tries += 1;
    match platform().socket_send(handle, &out.parts, out.to, out.control, out.flags) {
        Ok(n) if n >= size && !out.has_more => {
            p.charge(n / 500);
            state.written.complete(n);
            esock.turn_over(state.handle, &mut state.writers);
            Ok(answers::ok())
        }
        Ok(n) => partly(p, esock, state, reference, n, n >= size),
        Err(Errno::Eagain | Errno::Eintr) => {
            blocked(p, esock, state, reference);
            Ok(named("select"))
        }
        Err(e) => Ok(given_up(p, esock, state, e)),
    }
}

/// The caller is told when it can write again.
pub(super) fn blocked(p: &mut Process, esock: &Arc<Esock>, state: &mut State, reference: Term) {
    state.written.waits += 1;
    state.writers.hold(p.pid(), reference, true);
    esock.watch(p, state);
}

/// `{error, Errno}`; others that wait to write give up as well.
pub(super) fn given_up(p: &mut Process, esock: &Arc<Esock>, state: &mut State, e: Errno) -> Term {
    state.written.fails += 1;
    if e != Errno::Einval && state.writers.current.is_some() {
        state.writers.selected = false;
        esock.give_up(&mut state.writers, named(e.name()));
    }
    failed(p, e)
}

/// Not all went out.
fn partly(
    p: &mut Process,
    esock: &Arc<Esock>,
    state: &mut State,
    reference: Term,
    n: usize,
    parts_remain: bool,
) -> NativeResult {
    let written = Term::small(n as i64);
    if esock.style != Style::Stream {
        // What is left of a packet is not sent.
        state.written.complete(n);
        esock.turn_over(state.handle, &mut state.writers);
        return Ok(answers::ok_with(p, written));
    }
    state.written.part(n);
    if parts_remain {
        state.writers.hold(p.pid(), reference, false);
        esock.watch(p, state);
        return Ok(answers::pair(p, "iov", written));
    }
    blocked(p, esock, state, reference);
    Ok(answers::pair(p, "select", written))
}

/// `nif_sendmmsg(Socket, Messages, Flags, Reference)`: `ok`, `{ok, [{Index, 0}]}` of those that did not go out, or why the
/// first did not.
pub(super) fn send_messages(p: &mut Process, a: &[Term]) -> NativeResult {
    let esock = esock::get(p, a[0])?;
    let messages = a[1].list_to_vec().ok_or_else(|| p.badarg())?;
    for (i, message) in messages.iter().enumerate() {
        let iov = if message.is_map() { map::get(*message, named("iov")) } else { None };
        let iov = iov.ok_or_else(|| p.badarg())?;
        let answer = send_message(p, &[a[0], *message, a[2], a[3], iov])?;
        if answer == answers::ok() {
            continue;
        }
        if i == 0 {
            return Ok(answer);
        }
        // The caller is told of them now, so it doesn't wait for its turn.
        let mut state = esock.state.lock();
        if state.writers.cancel(p.pid(), a[3]).1 {
            esock.turn_over(state.handle, &mut state.writers);
        }
        let left: Vec<Term> =
            (i..messages.len()).map(|i| build::tuple(p, &[Term::small(i as i64), Term::small(0)])).collect();
        let left = build::list(p, &left);
        return Ok(answers::ok_with(p, left));
    }
    Ok(answers::ok())
}
