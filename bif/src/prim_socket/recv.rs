//! `nif_recv`, `nif_recvfrom`, `nif_recvmsg`, `nif_recvmmsg` (`esock_recv`, `recv_check_result`).

use alloc::sync::Arc;
use alloc::vec::Vec;

use joist_vm::atom;
use joist_vm::platform::{Errno, Received, Style, platform};
use joist_vm::process::{Bail, NativeResult, Process};
use joist_vm::release;
use joist_vm::term::{Term, build};

use super::answers::{self, closed, failed, given, named};
use super::connect::invalid_state;
use super::esock::{self, Esock, State};
use super::queue::Turn;
use super::{address, control};

/// So much is read at once, however much is asked for.
const MOST: usize = 1 << 20;

/// Descriptors that come with a message are looked at.
const MSG_CMSG_CLOEXEC: i32 = 0x4000_0000;

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

/// A call that has read once, with success.
struct Call<'a> {
    esock: &'a Arc<Esock>,
    state: &'a mut State,
    wish: &'a Wish,
    buf: &'a mut [u8],
    received: Received,
}

impl Call<'_> {
    fn data(&self) -> &[u8] {
        &self.buf[..self.received.len.min(self.buf.len())]
    }

    /// The answer is this value.
    fn complete(self, p: &mut Process, value: Term) -> Term {
        let n = self.data().len();
        complete(p, self.esock, self.state, self.wish, n, value)
    }
}

/// What all calls begin with, some with more flags; `then` makes the answer of what was read.
fn call(
    p: &mut Process,
    socket: Term,
    sizes: [Term; 2],
    reference: Term,
    flags: i32,
    then: &dyn Fn(&mut Process, Call<'_>) -> Term,
) -> NativeResult {
    let (esock, mut wish) = given!(arguments(p, socket, sizes, reference));
    wish.flags |= flags;
    let mut guard = esock.state.lock();
    let state = &mut *guard;
    let mut buf = alloc::vec![0; wanted(state, &wish).min(MOST)];
    match receive(p, &esock, state, &wish, &mut buf)? {
        Seen::Some(received) => Ok(then(p, Call { esock: &esock, state, wish: &wish, buf: &mut buf, received })),
        Seen::Answer(answer) => Ok(answer),
    }
}

/// `nif_recv(Socket, Length, Flags, Reference)`
pub(super) fn recv(p: &mut Process, a: &[Term]) -> NativeResult {
    call(p, a[0], [a[1], a[2]], a[3], 0, &|p, call| {
        let data = build::binary(p, call.data());
        let n = call.data().len();
        let Call { esock, state, wish, .. } = call;
        let is_stream = esock.style == Style::Stream;
        if n == wanted(state, wish) {
            if wish.len == 0 && is_stream {
                state.buffer.reads += 1;
                if state.buffer.reads < state.buffer.most {
                    state.read.part(n);
                    if let Some(reference) = wish.reference {
                        state.readers.hold(p.pid(), reference, false);
                        esock.watch(p, state);
                    }
                    return answers::pair(p, "more", data);
                }
            }
            return complete(p, esock, state, wish, n, data);
        }
        state.buffer.reads = 0;
        if wish.len == 0 || !is_stream {
            return complete(p, esock, state, wish, n, data);
        }
        // A stream with less than was asked for.
        let Some(reference) = wish.reference else {
            state.read.complete(n);
            over(esock, state);
            return if release::at_least(26) { answers::pair(p, "timeout", data) } else { answers::ok_with(p, data) };
        };
        state.read.part(n);
        state.readers.hold(p.pid(), reference, true);
        esock.watch(p, state);
        // There may be more than was read at once, or something since.
        esock.select(state.handle, &mut state.readers);
        answers::pair(p, "select", data)
    })
}

/// `nif_recvfrom(Socket, Length, Flags, Reference)`
pub(super) fn recv_from(p: &mut Process, a: &[Term]) -> NativeResult {
    call(p, a[0], [a[1], a[2]], a[3], 0, &|p, call| {
        let data = build::binary(p, call.data());
        let from = match &call.received.from {
            Some(from) => address::build(p, from),
            None => no_address(p),
        };
        let both = build::tuple(p, &[from, data]);
        call.complete(p, both)
    })
}

/// `nif_recvmsg(Socket, BufferSize, ControlSize, Flags, Reference)`
pub(super) fn recv_message(p: &mut Process, a: &[Term]) -> NativeResult {
    a[2].as_usize().ok_or_else(|| p.badarg())?;
    call(p, a[0], [a[1], a[3]], a[4], MSG_CMSG_CLOEXEC, &|p, call| {
        let message = message(p, &call.received, call.data());
        call.complete(p, message)
    })
}

/// `nif_recvmmsg(Socket, Count, BufferSize, ControlSize, Flags, Reference)`
pub(super) fn recv_messages(p: &mut Process, a: &[Term]) -> NativeResult {
    let most = a[1].as_usize().filter(|n| *n > 0).ok_or_else(|| p.badarg())?;
    a[3].as_usize().ok_or_else(|| p.badarg())?;
    call(p, a[0], [a[2], a[4]], a[5], MSG_CMSG_CLOEXEC, &|p, mut call| {
        let mut messages = Vec::new();
        loop {
            messages.push(message(p, &call.received, call.data()));
            if messages.len() == most.min(super::send::PARTS) {
                break;
            }
            let n = call.data().len();
            call.state.read.complete(n);
            let Some(handle) = call.state.handle else { break };
            match platform().socket_receive(handle, call.buf, call.wish.flags) {
                Ok(more) => call.received = more,
                Err(_) => break,
            }
        }
        let messages = build::list(p, &messages);
        complete(p, call.esock, call.state, call.wish, 0, messages)
    })
}

/// How much a call asks for.
fn wanted(state: &State, wish: &Wish) -> usize {
    if wish.len == 0 { state.buffer.size } else { wish.len }
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
    match platform().socket_receive(handle, buf, wish.flags) {
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
    esock.turn_over(state.handle, &mut state.readers);
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
            esock.select(state.handle, &mut state.readers);
            answers::pair(p, "select_read", value)
        }
        None => {
            over(esock, state);
            answers::ok_with(p, value)
        }
    }
}
