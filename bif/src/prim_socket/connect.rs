//! Addresses of sockets: `nif_bind`, `nif_connect`, `nif_listen`, `nif_sockname`, `nif_peername`, `nif_shutdown`.

use joist_vm::atom::Atom;
use joist_vm::platform::{Address, Errno, Shutdown, Socket, platform};
use joist_vm::process::{NativeResult, Process};
use joist_vm::term::{Term, build};

use super::address::{self, Named};
use super::answers::{self, closed, done, failed, given, named};
use super::esock;

/// `nif_bind(Socket, Address)`
pub(super) fn bind(p: &mut Process, a: &[Term]) -> NativeResult {
    let esock = esock::get(p, a[0])?;
    let Some(Named::Address(to)) = address::read(a[1]) else { return Ok(answers::invalid(p, named("sockaddr"))) };
    let mut state = esock.state.lock();
    let Some(handle) = state.open() else { return Ok(closed(p)) };
    let result = platform().socket_bind(handle, &to);
    state.bound |= result.is_ok();
    drop(state);
    done(p, result)
}

/// `nif_bind(Socket, Addresses, add | remove)` (28+): only SCTP's sockets have several, and there are none.
pub(super) fn bind_many(p: &mut Process, a: &[Term]) -> NativeResult {
    let esock = esock::get(p, a[0])?;
    for to in crate::term_args::list(p, a[1])? {
        if !matches!(address::read(to), Some(Named::Address(_))) {
            return Ok(answers::invalid(p, named("sockaddr")));
        }
    }
    if !matches!(a[2].as_atom().map(Atom::text), Some("add" | "remove")) {
        return Ok(answers::invalid(p, named("action")));
    }
    let state = esock.state.lock();
    if state.open().is_none() {
        return Ok(closed(p));
    }
    Ok(failed(p, Errno::Enoprotoopt))
}

/// `nif_listen(Socket, Backlog)`
pub(super) fn listen(p: &mut Process, a: &[Term]) -> NativeResult {
    let esock = esock::get(p, a[0])?;
    let backlog = given!(answers::int(p, a[1]));
    let mut state = esock.state.lock();
    let Some(handle) = state.open() else { return Ok(closed(p)) };
    // As Linux: a negative backlog is a very large one.
    let result = platform().socket_listen(handle, u32::try_from(backlog).unwrap_or(u32::MAX));
    state.listening |= result.is_ok();
    drop(state);
    done(p, result)
}

/// `nif_connect(Socket, Reference, Address)`
pub(super) fn connect(p: &mut Process, a: &[Term]) -> NativeResult {
    let esock = esock::get(p, a[0])?;
    if a[1].as_reference().is_none() {
        return Err(p.badarg());
    }
    let Some(to) = address::read(a[2]) else { return Ok(answers::invalid(p, named("sockaddr"))) };
    let mut guard = esock.state.lock();
    let state = &mut *guard;
    let Some(handle) = state.open() else { return Ok(closed(p)) };
    if state.writers.current.is_some() {
        return Ok(answers::error_invalid(p, "state"));
    }
    if let Some(connector) = &state.connector.current {
        if connector.pid != p.pid() {
            let already = named("already");
            return Ok(answers::error(p, already));
        }
        return finish(p, state, handle);
    }
    let result = match &to {
        Named::Address(to) => platform().socket_connect(handle, Some(to)),
        Named::Unspecified => platform().socket_connect(handle, None),
    };
    match result {
        Ok(()) => {
            state.connected = matches!(to, Named::Address(_));
            Ok(answers::ok())
        }
        Err(Errno::Einprogress | Errno::Eagain) => {
            state.connector.hold(p.pid(), a[1], true);
            esock.watch(p, state);
            Ok(named("select"))
        }
        Err(e) => Ok(failed(p, e)),
    }
}

/// `nif_connect(Socket)`: what came of it.
pub(super) fn connected(p: &mut Process, a: &[Term]) -> NativeResult {
    let esock = esock::get(p, a[0])?;
    let mut guard = esock.state.lock();
    let state = &mut *guard;
    let Some(handle) = state.open() else { return Ok(closed(p)) };
    if state.connector.current.as_ref().is_none_or(|c| c.pid != p.pid()) {
        return Err(invalid_state(p));
    }
    finish(p, state, handle)
}

fn finish(p: &mut Process, state: &mut esock::State, handle: Socket) -> NativeResult {
    state.connector.next();
    match platform().socket_error(handle) {
        None => {
            state.connected = true;
            Ok(answers::ok())
        }
        Some(e) => Ok(failed(p, e)),
    }
}

/// Raises `error:{invalid, state}`: calls in an order that makes no sense.
pub(super) fn invalid_state(p: &mut Process) -> joist_vm::process::Bail {
    let reason = answers::invalid(p, named("state"));
    p.error(reason)
}

/// `nif_sockname(Socket)`, `nif_peername(Socket)`
pub(super) fn name(p: &mut Process, a: &[Term], ask: fn(Socket) -> Result<Address, Errno>) -> NativeResult {
    let esock = esock::get(p, a[0])?;
    let state = esock.state.lock();
    let Some(handle) = state.open() else { return Ok(closed(p)) };
    match ask(handle) {
        Ok(address) => {
            let address = address::build(p, &address);
            Ok(answers::ok_with(p, address))
        }
        Err(e) => Ok(failed(p, e)),
    }
}

/// `nif_shutdown(Socket, How)`
pub(super) fn shutdown(p: &mut Process, a: &[Term]) -> NativeResult {
    let esock = esock::get(p, a[0])?;
    let how = match a[1].as_atom().map(Atom::text) {
        Some("read") => Shutdown::Read,
        Some("write") => Shutdown::Write,
        Some("read_write") => Shutdown::Both,
        _ => {
            let how = build::tuple(p, &[named("how"), a[1]]);
            let reason = answers::invalid(p, how);
            return Err(p.error(reason));
        }
    };
    let state = esock.state.lock();
    let Some(handle) = state.open() else { return Ok(closed(p)) };
    done(p, platform().socket_shutdown(handle, how))
}
