//! `nif_accept` (`esock_accept`).

use joist_vm::platform::{Errno, platform};
use joist_vm::process::{NativeResult, Process};
use joist_vm::term::Term;

use super::answers::{self, closed, failed, named};
use super::esock::{self, Esock};
use super::registry;

/// `nif_accept(Socket, Reference)`
pub(super) fn accept(p: &mut Process, a: &[Term]) -> NativeResult {
    let esock = esock::get(p, a[0])?;
    if a[1].as_reference().is_none() {
        return Err(p.badarg());
    }
    let mut guard = esock.state.lock();
    let state = &mut *guard;
    let Some(handle) = state.open() else { return Ok(closed(p)) };
    if state.readers.current.is_some() {
        return Ok(answers::error_invalid(p, "state"));
    }
    if let Some(answer) = esock.wait_for_turn(p, state, |s| &mut s.acceptors, a[1])? {
        return Ok(answer);
    }
    state.accepted.tries += 1;
    match platform().socket_accept(handle) {
        Ok((handle, _)) => {
            state.accepted.packets += 1;
            state.connected = true;
            esock.turn_over(state.handle, &mut state.acceptors);
            let accepted = Esock::new(p, handle, (esock.family, esock.style, esock.protocol));
            {
                let mut new = accepted.state.lock();
                new.buffer = esock::ReadBuffer { reads: 0, ..state.buffer };
                (new.read_control, new.write_control) = (state.read_control, state.write_control);
                (new.debug, new.wrap_messages) = (state.debug, state.wrap_messages);
                (new.registered, new.select_read, new.connected) = (state.registered, state.select_read, true);
            }
            if state.registered {
                registry::tell(&accepted, "add");
            }
            let term = accepted.term(p);
            Ok(answers::ok_with(p, term))
        }
        Err(Errno::Eagain) => {
            state.accepted.waits += 1;
            state.acceptors.hold(p.pid(), a[1], true);
            esock.watch(p, state);
            Ok(named("select"))
        }
        Err(e) => {
            state.accepted.fails += 1;
            // Whoever waited behind a failing accept would fail as well.
            if state.acceptors.current.is_some() {
                state.acceptors.selected = false;
                esock.give_up(&mut state.acceptors, named(e.name()));
            }
            Ok(failed(p, e))
        }
    }
}
