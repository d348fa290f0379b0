//! `nif_sendfile`: parts of a file go out from the file itself (`esock_sendfile_start`, `esock_sendfile_cont`).

use alloc::sync::Arc;

use joist_vm::platform::{Errno, platform};
use joist_vm::process::{Bail, NativeResult, Process};
use joist_vm::term::{Magic, Term};

use super::answers::{self, closed};
use super::connect::invalid_state;
use super::esock::{self, Esock, State};
use super::send::{blocked, given_up};
use crate::prim_file;

/// A file that is being sent. As long as the file is open; stock holds a descriptor of its own.
pub(super) struct Sending(Magic);

/// So much is read and sent at once, and in one call.
const PIECE: usize = 64 * 1024;
const PIECES: usize = 16;

/// How far a call got.
enum Progress {
    Done,
    /// The socket takes no more now.
    Full,
    /// The caller has had its share; there is more to do at once.
    Share,
}

/// `nif_sendfile(Socket, Reference, Offset, Count, File)`
pub(super) fn start(p: &mut Process, a: &[Term]) -> NativeResult {
    part(p, a, |p, esock, state| {
        if let Some(answer) = esock.wait_for_turn(p, state, |s| &mut s.writers, a[1])? {
            return Ok(Some(answer));
        }
        if state.file.is_some() {
            return Ok(Some(answers::error_invalid(p, "state")));
        }
        match a[4].as_magic().filter(|m| prim_file::handle_of(m).is_some()) {
            Some(file) => state.file = Some(Sending(Arc::clone(file))),
            None => return Ok(Some(answers::error_invalid(p, "efile"))),
        }
        Ok(None)
    })
}

/// `nif_sendfile(Socket, Reference, Offset, Count)`: on with the file that is being sent.
pub(super) fn resume(p: &mut Process, a: &[Term]) -> NativeResult {
    part(p, a, |p, _, state| {
        let is_at_it = state.writers.current.as_ref().is_some_and(|w| w.pid == p.pid());
        if state.file.is_some() && is_at_it { Ok(None) } else { Err(invalid_state(p)) }
    })
}

/// Sends a part, unless something is in the way or `check` has an answer.
fn part(
    p: &mut Process,
    a: &[Term],
    check: impl FnOnce(&mut Process, &Arc<Esock>, &mut State) -> Result<Option<Term>, Bail>,
) -> NativeResult {
    let esock = esock::get(p, a[0])?;
    let (offset, count) = range(p, a)?;
    let mut guard = esock.state.lock();
    let state = &mut *guard;
    if state.open().is_none() {
        return Ok(closed(p));
    }
    if state.connector.current.is_some() {
        return Ok(answers::error_invalid(p, "state"));
    }
    match check(p, &esock, state)? {
        Some(answer) => Ok(answer),
        None => go_on(p, &esock, state, a[1], offset, count),
    }
}

/// `nif_sendfile(Socket)`: the file is given back.
pub(super) fn end(p: &mut Process, a: &[Term]) -> NativeResult {
    let esock = esock::get(p, a[0])?;
    let taken = esock.state.lock().file.take();
    Ok(if taken.is_some() { answers::ok() } else { answers::error_invalid(p, "state") })
}

fn range(p: &mut Process, a: &[Term]) -> Result<(u64, u64), Bail> {
    match (a[1].as_reference(), a[2].as_u64(), a[3].as_u64()) {
        (Some(_), Some(offset), Some(count)) => Ok((offset, count)),
        _ => Err(p.badarg()),
    }
}

fn go_on(
    p: &mut Process,
    esock: &Arc<Esock>,
    state: &mut State,
    reference: Term,
    offset: u64,
    count: u64,
) -> NativeResult {
    let (sent, progress) = transfer(state, offset, count);
    p.charge(sent / 500);
    state.written.part(sent);
    let number = Term::small(sent as i64);
    match progress {
        Ok(Progress::Done) => {
            state.file = None;
            state.written.complete(0);
            esock.turn_over(state.handle, &mut state.writers);
            Ok(answers::ok_with(p, number))
        }
        Ok(progress) => {
            blocked(p, esock, state, reference);
            if matches!(progress, Progress::Share)
                && let Some(requestor) = state.writers.ready()
            {
                esock.tell_ready(requestor);
            }
            Ok(answers::pair(p, "select", number))
        }
        Err(e) => {
            state.file = None;
            Ok(given_up(p, esock, state, e))
        }
    }
}

/// Sends from `offset` on, `count` bytes or (0) all there are: how many went out, and why it stopped.
fn transfer(state: &State, offset: u64, count: u64) -> (usize, Result<Progress, Errno>) {
    let mut sent = 0;
    let file = state.file.as_ref().and_then(|f| prim_file::handle_of(&f.0));
    let (Some(socket), Some(file)) = (state.handle, file) else { return (0, Err(Errno::Ebadf)) };
    let mut buf = alloc::vec![0; PIECE];
    for _ in 0..PIECES {
        let left = if count == 0 { PIECE } else { usize::try_from(count - sent as u64).unwrap_or(PIECE).min(PIECE) };
        if left == 0 {
            return (sent, Ok(Progress::Done));
        }
        let n = match platform().pread(file, offset + sent as u64, &mut buf[..left]) {
            Ok(0) => return (sent, Ok(Progress::Done)),
            Ok(n) => n,
            Err(e) => return (sent, Err(e)),
        };
        match platform().socket_send(socket, &[&buf[..n]], None, &[], 0) {
            Ok(m) => {
                sent += m;
                if m < n {
                    return (sent, Ok(Progress::Full));
                }
            }
            Err(Errno::Eagain | Errno::Eintr) => return (sent, Ok(Progress::Full)),
            Err(e) => return (sent, Err(e)),
        }
    }
    (sent, Ok(Progress::Share))
}
