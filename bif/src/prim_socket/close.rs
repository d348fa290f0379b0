//! `nif_close`, `nif_finalize_close`, `nif_cancel`.

use joist_vm::atom::Atom;
use joist_vm::process::{NativeResult, Process};
use joist_vm::term::Term;

use super::answers::{self, closed, named};
use super::esock;
use super::queue::Cancelled;

/// `nif_close(Socket)`: nothing can be done with it any more, and whoever waits is told. There is never anything to wait
/// for before `nif_finalize_close/1`.
pub(super) fn close(p: &mut Process, a: &[Term]) -> NativeResult {
    let esock = esock::get(p, a[0])?;
    let mut state = esock.state.lock();
    if state.open().is_none() {
        return Ok(closed(p));
    }
    // Whoever closes it finishes that, or exits.
    esock.watch(p, &mut state);
    state.closer = Some(p.pid());
    esock.stop(&mut state);
    Ok(answers::ok())
}

/// `nif_finalize_close(Socket)`
pub(super) fn finalize(p: &mut Process, a: &[Term]) -> NativeResult {
    let esock = esock::get(p, a[0])?;
    let mut state = esock.state.lock();
    if state.handle.is_none() {
        return Ok(closed(p));
    }
    if !state.closing {
        let reason = answers::invalid(p, named("state"));
        return Err(p.error(reason));
    }
    esock.release(&mut state, Some(p));
    Ok(answers::ok())
}

/// `nif_cancel(Socket, Operation, Reference)`
pub(super) fn cancel(p: &mut Process, a: &[Term]) -> NativeResult {
    let esock = esock::get(p, a[0])?;
    let mut guard = esock.state.lock();
    let state = &mut *guard;
    if state.open().is_none() {
        return Ok(closed(p));
    }
    let queue = match a[1].as_atom().map(Atom::text) {
        Some("connect") => &mut state.connector,
        Some("accept") => &mut state.acceptors,
        Some("send" | "sendto" | "sendmsg" | "sendfile" | "sendmmsg" | "sendv") => &mut state.writers,
        Some("recv" | "recvfrom" | "recvmsg" | "recvmmsg") => &mut state.readers,
        _ => return Err(p.badarg()),
    };
    let (cancelled, had_turn) = queue.cancel(p.pid(), a[2]);
    if had_turn {
        esock.turn_over(state.handle, queue);
    }
    Ok(match cancelled {
        Cancelled::Done => answers::ok(),
        Cancelled::Sent => named("select_sent"),
        Cancelled::NotFound => named("not_found"),
    })
}
