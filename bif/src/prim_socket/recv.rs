//! `nif_recv`, `nif_recvfrom`, `nif_recvmsg`, `nif_recvmmsg` (`esock_recv`, `recv_check_result`).

use alloc::sync::Arc;
use alloc::vec::Vec;

use joist_vm::atom;
use joist_vm::platform::{Errno, Received, Socket, Style, platform};
use joist_vm::process::{Bail, NativeResult, Process};
use joist_vm::release;
use joist_vm::term::{Term, build};

use super::answers::{self, closed, failed, named};
use super::connect::invalid_state;
use super::esock::{self, Esock, State};
use super::queue::Turn;
use super::{address, control};

/// So much is read at once, however much is asked for.
const MOST: usize = 1 << 20;

/// What a call asks for.
struct Wish {
    len: usize,
    flags: i32,
    /// None for a call that doesn't wait (`zero`).
    reference: Option<Term>,
}

/// What there was.
enum Seen {
    Some(Received),
    /// The answer is this one.
    Answer(Term),
}

/// `nif_recv(Socket, Length, Flags, Reference)`
pub(super) fn recv(p: &mut Process, a: &[Term]) -> NativeResult {
    let (esock, wish) = match arguments(p, a[0], [a[1], a[2]], a[3])? {
        Ok(arguments) => arguments,
        Err(answer) => return Ok(answer),
    };
    let mut guard = esock.state.lock();
    let state = &mut *guard;
    let wanted = wanted(state, &wish);
    let mut buf = buffer(state, &wish);
    let received = match receive(p, &esock, state, &wish, &mut buf)? {
        Seen::Some(received) => received,
        Seen::Answer(answer) => return Ok(answer),
    };
    let n = received.len.min(buf.len());
    let data = build::binary(p, &buf[..n]);
    let is_stream = esock.style == Style::Stream;
    if n == wanted {
        if wish.len == 0 && is_stream {
            state.buffer.reads += 1;
            if state.buffer.reads < state.buffer.most {
                state.read.part(n);
                if let Some(reference) = wish.reference {
                    state.readers.hold(p.pid(), reference, false);
                    esock.watch(p, state);
                }
                return Ok(answers::pair(p, "more", data));
            }
        }
        return Ok(complete(p, &esock, state, &wish, n, data));
    }
    state.buffer.reads = 0;
    if wish.len == 0 || !is_stream {
        return Ok(complete(p, &esock, state, &wish, n, data));
    }
    // A stream with less than was asked for.
    let Some(reference) = wish.reference else {
        state.read.complete(n);
        over(&esock, state);
        return Ok(if release::at_least(26) { answers::pair(p, "timeout", data) } else { answers::ok_with(p, data) });
    };
    state.read.part(n);
    state.readers.hold(p.pid(), reference, true);
    esock.watch(p, state);
    if n == buf.len() {
        // There is more than was read at once.
        if let Some(requestor) = state.readers.ready() {
            esock.tell_ready(requestor);
        }
    }
    Ok(answers::pair(p, "select", data))
}

/// `nif_recvfrom(Socket, Length, Flags, Reference)`
pub(super) fn recv_from(p: &mut Process, a: &[Term]) -> NativeResult {
    let (esock, wish) = match arguments(p, a[0], [a[1], a[2]], a[3])? {
        Ok(arguments) => arguments,
        Err(answer) => return Ok(answer),
    };
    let mut guard = esock.state.lock();
    let state = &mut *guard;
    let mut buf = buffer(state, &wish);
    let received = match receive(p, &esock, state, &wish, &mut buf)? {
        Seen::Some(received) => received,
        Seen::Answer(answer) => return Ok(answer),
    };
    let n = received.len.min(buf.len());
    let data = build::binary(p, &buf[..n]);
    let from = match &received.from {
        Some(from) => address::build(p, from),
        None => no_address(p),
    };
    let both = build::tuple(p, &[from, data]);
    Ok(complete(p, &esock, state, &wish, n, both))
}

/// `nif_recvmsg(Socket, BufferSize, ControlSize, Flags, Reference)`
pub(super) fn recv_message(p: &mut Process, a: &[Term]) -> NativeResult {
    let (esock, wish) = match arguments(p, a[0], [a[1], a[3]], a[4])? {
        Ok(arguments) => arguments,
        Err(answer) => return Ok(answer),
    };
    a[2].as_usize().ok_or_else(|| p.badarg())?;
    let mut guard = esock.state.lock();
    let state = &mut *guard;
    let mut buf = buffer(state, &wish);
    let received = match receive(p, &esock, state, &wish, &mut buf)? {
        Seen::Some(received) => received,
        Seen::Answer(answer) => return Ok(answer),
    };
    let n = received.len.min(buf.len());
    let message = message(p, &received, &buf[..n]);
    Ok(complete(p, &esock, state, &wish, n, message))
}

/// `nif_recvmmsg(Socket, Count, BufferSize, ControlSize, Flags, Reference)`
pub(super) fn recv_messages(p: &mut Process, a: &[Term]) -> NativeResult {
    let (esock, wish) = match arguments(p, a[0], [a[2], a[4]], a[5])? {
        Ok(arguments) => arguments,
        Err(answer) => return Ok(answer),
    };
    let most = a[1].as_usize().filter(|n| *n > 0).ok_or_else(|| p.badarg())?;
    a[3].as_usize().ok_or_else(|| p.badarg())?;
    let mut guard = esock.state.lock();
    let state = &mut *guard;
    let mut buf = buffer(state, &wish);
    let mut received = match receive(p, &esock, state, &wish, &mut buf)? {
        Seen::Some(received) => received,
        Seen::Answer(answer) => return Ok(answer),
    };
    let (mut messages, mut handle) = (Vec::new(), state.handle);
    loop {
        let n = received.len.min(buf.len());
        messages.push(message(p, &received, &buf[..n]));
        if messages.len() == most.min(crate::prim_socket::send::PARTS) {
            break;
        }
        state.read.complete(n);
        received = match handle.take().map(|h| (h, platform().socket_receive(h, &mut buf, wish.flags))) {
            Some((h, Ok(more))) => {
                handle = Some(h);
                more
            }
            _ => break,
        };
    }
    let messages = build::list(p, &messages);
    Ok(complete(p, &esock, state, &wish, 0, messages))
}

/// How much a call asks for.
fn wanted(state: &State, wish: &Wish) -> usize {
    if wish.len == 0 { state.buffer.size } else { wish.len }
}

fn buffer(state: &State, wish: &Wish) -> Vec<u8> {
    alloc::vec![0; wanted(state, wish).min(MOST)]
}

/// `#{addr, iov, ctrl, flags}`
fn message(p: &mut Process, received: &Received, data: &[u8]) -> Term {
    let data = build::binary(p, data);
    let iov = build::list(p, &[data]);
    let ctrl = control::build_all(p, &received.control);
    let flags = control::flags(p, received.flags);
    let mut fields = alloc::vec![("iov", iov), ("ctrl", ctrl), ("flags", flags)];
    if let Some(from) = &received.from {
        fields.push(("addr", address::build(p, from)));
    }
    answers::record(p, &fields)
}

/// What stands for an address where there is none, as of a stream's.
fn no_address(p: &mut Process) -> Term {
    let nothing = build::binary(p, &[]);
    answers::record(p, &[("family", named("unspec")), ("addr", nothing)])
}

/// Reads the arguments that all share; an answer for those out of range.
fn arguments(
    p: &mut Process,
    socket: Term,
    [len, flags]: [Term; 2],
    reference: Term,
) -> Result<Result<(Arc<Esock>, Wish), Term>, Bail> {
    let esock = esock::get(p, socket)?;
    let polls = reference.as_atom().is_some_and(|a| a.text() == "zero");
    if !(polls || reference.as_reference().is_some()) || !len.is_integer() || !flags.is_integer() {
        return Err(p.badarg());
    }
    let Some(n) = len.as_usize() else { return Ok(Err(answers::out_of_range(p, len))) };
    Ok(answers::int(p, flags)?.map(|flags| {
        let reference = if polls { None } else { Some(reference) };
        (esock, Wish { len: n, flags, reference })
    }))
}

/// Reads once, if the caller may; the state is looked after for everything but success.
fn receive(p: &mut Process, esock: &Arc<Esock>, state: &mut State, wish: &Wish, buf: &mut [u8]) -> Result<Seen, Bail> {
    let Some(handle) = state.open() else { return Ok(Seen::Answer(closed(p))) };
    if state.acceptors.current.is_some() {
        return Ok(Seen::Answer(answers::error_invalid(p, "state")));
    }
    match (state.readers.turn(p.pid()), wish.reference) {
        (Turn::Yes, _) => {}
        (Turn::Queued, _) => return Err(invalid_state(p)),
        (Turn::Behind, Some(reference)) => {
            state.readers.enqueue(p.pid(), reference);
            esock.watch(p, state);
            return Ok(Seen::Answer(named("select")));
        }
        (Turn::Behind, None) if release::at_least(26) => return Ok(Seen::Answer(Term::atom(atom::TIMEOUT))),
        (Turn::Behind, None) => {}
    }
    state.read.tries += 1;
    match read(handle, buf, wish.flags) {
        Ok(received) if received.len == 0 && !buf.is_empty() && esock.style == Style::Stream => {
            state.read.fails += 1;
            fail(esock, state, named("closed"));
            Ok(Seen::Answer(closed(p)))
        }
        Ok(received) => {
            p.charge(received.len / 500);
            Ok(Seen::Some(received))
        }
        Err(Errno::Eagain | Errno::Eintr) => match wish.reference {
            Some(reference) => {
                state.buffer.reads = 0;
                state.read.waits += 1;
                state.readers.hold(p.pid(), reference, true);
                esock.watch(p, state);
                Ok(Seen::Answer(named("select")))
            }
            None if release::at_least(26) => Ok(Seen::Answer(Term::atom(atom::TIMEOUT))),
            None => Ok(Seen::Answer(answers::ok())),
        },
        Err(e) => {
            state.read.fails += 1;
            fail(esock, state, named(e.name()));
            Ok(Seen::Answer(failed(p, e)))
        }
    }
}

fn read(handle: Socket, buf: &mut [u8], flags: i32) -> Result<Received, Errno> {
    platform().socket_receive(handle, buf, flags)
}

/// Reading has come to an end: whoever waits behind the reader is told.
fn fail(esock: &Arc<Esock>, state: &mut State, reason: Term) {
    if state.readers.current.is_some() {
        state.readers.selected = false;
        esock.give_up(&mut state.readers, reason);
    }
}

/// The reader is done; the next has its turn.
fn over(esock: &Arc<Esock>, state: &mut State) {
    state.buffer.reads = 0;
    if state.readers.current.is_some() {
        esock.turn_over(&mut state.readers);
    }
}

/// `{ok, Value}`, or with `{otp, select_read}` (27+) `{select_read, Value}`: the next read is asked for at once.
fn complete(p: &mut Process, esock: &Arc<Esock>, state: &mut State, wish: &Wish, n: usize, value: Term) -> Term {
    state.read.complete(n);
    match wish.reference.filter(|_| state.select_read) {
        Some(reference) => {
            state.buffer.reads = 0;
            state.readers.hold(p.pid(), reference, true);
            esock.watch(p, state);
            // There may be something already, of which no event will tell.
            let more = state.handle.is_some_and(|h| platform().socket_available(h).is_ok_and(|n| n > 0));
            if let Some(requestor) = if more { state.readers.ready() } else { None } {
                esock.tell_ready(requestor);
            }
            answers::pair(p, "select_read", value)
        }
        None => {
            over(esock, state);
            answers::ok_with(p, value)
        }
    }
}
