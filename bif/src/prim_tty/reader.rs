//! The process that reads the terminal: it is told once that there is something, reads, and is told again.

use alloc::vec::Vec;

use joist_vm::atom::{self, Atom};
use joist_vm::heap::OwnedTerm;
use joist_vm::platform::ConsoleRead;
use joist_vm::process::{Message, NativeResult, Process, Signal, deliver, names};
use joist_vm::sync::Mutex;
use joist_vm::term::{Pid, Term, build};

use crate::console;

/// What has come in and isn't read yet, and who reads.
struct Reader {
    pid: Pid,
    tty: OwnedTerm,
    input: OwnedTerm,
    /// Where it wants to hear of signals, as OTP 26 and 27 do.
    signal: Option<OwnedTerm>,
    /// It hasn't been told yet of what is there.
    wants_input: bool,
    resizes: usize,
}

static READER: Mutex<Option<Reader>> = Mutex::new(None);
static PENDING: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static AT_END: Mutex<bool> = Mutex::new(false);

/// Has the input ended?
pub(super) fn at_end() -> bool {
    *AT_END.lock()
}

/// Fetches what the console has; true if there is something to be read, if only the end.
fn fetch() -> bool {
    let mut pending = PENDING.lock();
    let mut buf = [0; 1024];
    if pending.is_empty() && !at_end() {
        match console::read(&mut buf) {
            ConsoleRead::Data(n) => pending.extend_from_slice(&buf[..n]),
            ConsoleRead::WouldBlock => {}
            ConsoleRead::Eof => *AT_END.lock() = true,
        }
    }
    !pending.is_empty() || at_end()
}

/// `{select, TTY, Reference, ready_input}`.
fn ready(to: Pid, tty: &OwnedTerm, reference: &OwnedTerm) {
    let message = Message::build(|h| {
        let tty = joist_vm::heap::copy(h, tty.get());
        let reference = joist_vm::heap::copy(h, reference.get());
        let words = [Term::atom(Atom::new("select")), tty, reference, Term::atom(Atom::new("ready_input"))];
        build::tuple(h, &words)
    });
    deliver(to, Signal::Message(message));
}

/// There is input: the reader is told, if it hasn't been.
pub(super) fn input() {
    let mut reader = READER.lock();
    if let Some(r) = reader.as_mut().filter(|r| r.wants_input)
        && fetch()
    {
        r.wants_input = false;
        ready(r.pid, &r.tty, &r.input);
    }
}

/// The window has a new size: OTP 26 and 27 read of it here, later ones hear of the signal SIGWINCH.
pub(super) fn resized() {
    let mut reader = READER.lock();
    let Some(r) = reader.as_mut() else { return };
    if let Some(signal) = &r.signal {
        r.resizes += 1;
        ready(r.pid, &r.tty, signal);
    } else if let Some(names::Registered::Process(server)) = names::whereis(Atom::new("erl_signal_server")) {
        let words = [Term::atom(Atom::new("notify")), Term::atom(Atom::new("sigwinch"))];
        deliver(server, Signal::Message(Message::build(|h| build::tuple(h, &words))));
    }
}

pub(super) fn select(p: &mut Process, tty: Term, signal: Option<Term>, input_ref: Term) -> NativeResult {
    *READER.lock() = Some(Reader {
        pid: p.pid(),
        tty: OwnedTerm::new(tty),
        input: OwnedTerm::new(input_ref),
        signal: signal.map(OwnedTerm::new),
        wants_input: true,
        resizes: 0,
    });
    input();
    Ok(Term::atom(atom::OK))
}

/// `read_nif`: what there is, at most so much.
pub(super) fn read(p: &mut Process, most: usize) -> NativeResult {
    fetch();
    let mut pending = PENDING.lock();
    if pending.is_empty() && at_end() {
        return Ok(build::tuple(p, &[Term::atom(atom::ERROR), Term::atom(Atom::new("closed"))]));
    }
    let n = most.min(pending.len());
    let bytes: Vec<u8> = pending.drain(..n).collect();
    drop(pending);
    if let Some(r) = READER.lock().as_mut() {
        r.wants_input = true;
    }
    input();
    let bytes = build::binary(p, &bytes);
    Ok(build::tuple(p, &[Term::atom(atom::OK), bytes]))
}

/// `tty_read_signal`: the window's changes of size, one by one.
pub(super) fn read_signal(p: &mut Process) -> NativeResult {
    let mut reader = READER.lock();
    let (kind, what) = match reader.as_mut() {
        Some(r) if r.resizes > 0 => {
            r.resizes -= 1;
            (atom::OK, "winch")
        }
        _ => (atom::ERROR, "empty"),
    };
    Ok(build::tuple(p, &[Term::atom(kind), Term::atom(Atom::new(what))]))
}
