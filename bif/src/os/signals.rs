//! Signals of the host: `os:set_signal/2`, and what comes of them as messages to `erl_signal_server` (`sys.c`,
//! `signal_notify_requested` in `erl_bif_os.c`).

use alloc::boxed::Box;
use core::sync::atomic::{AtomicU8, Ordering};

use joist_vm::atom::{self, Atom};
use joist_vm::event::on_event;
use joist_vm::platform::{Event, Halt, SignalUse, platform};
use joist_vm::process::names::{self, Registered};
use joist_vm::process::{self, Message, NativeResult, Process, deliver};
use joist_vm::term::{Term, build};

use crate::term_args;

const SIGQUIT: u32 = 3;
const SIGUSR1: u32 = 10;
const SIGTERM: u32 = 15;

/// The signals that `set_signal` takes, with Linux's numbers (`signalterm_to_signum` in `sys.c`).
const SIGNALS: [(&str, u32); 12] = [
    ("sighup", 1),
    ("sigquit", SIGQUIT),
    ("sigabrt", 6),
    ("sigalrm", 14),
    ("sigterm", SIGTERM),
    ("sigusr1", SIGUSR1),
    ("sigusr2", 12),
    ("sigchld", 17),
    ("sigstop", 19),
    ("sigtstp", 20),
    // OTP 28 added these.
    ("sigcont", 18),
    ("sigwinch", 28),
];
const BEFORE_28: usize = 10;

/// What a request to stop (SIGTERM, the power button) does, as `os:set_signal(sigterm, …)` says: 0 when the server of
/// signals is told, else it ends the node at once, or nothing.
static ON_SIGTERM: AtomicU8 = AtomicU8::new(0);
const DEFAULT: u8 = 1;
const IGNORE: u8 = 2;

pub(super) fn set(p: &mut Process, a: &[Term]) -> NativeResult {
    let usage = match a[1].as_atom().map(Atom::text) {
        Some("default") => SignalUse::Default,
        Some("ignore") => SignalUse::Ignore,
        Some("handle") => SignalUse::Handle,
        _ if a[0].is_atom() => return Err(term_args::badopt(p)),
        _ => return Err(p.badarg()),
    };
    let known = if joist_vm::release::at_least(28) { &SIGNALS[..] } else { &SIGNALS[..BEFORE_28] };
    let found = a[0].as_atom().and_then(|name| known.iter().find(|(n, _)| *n == name.text()));
    let Some((_, number)) = found else { return Err(p.badarg()) };
    if *number == SIGTERM {
        let how = match usage {
            SignalUse::Handle => 0,
            SignalUse::Default => DEFAULT,
            SignalUse::Ignore => IGNORE,
        };
        ON_SIGTERM.store(how, Ordering::Relaxed);
    } else {
        platform().set_signal(*number, usage);
    }
    Ok(Term::atom(atom::OK))
}

/// Tells the server of signals; false if there is none.
fn tell(name: &str) -> bool {
    let Some(Registered::Process(server)) = names::whereis(Atom::new("erl_signal_server")) else { return false };
    let words = [Term::atom(Atom::new("notify")), Term::atom(Atom::new(name))];
    deliver(server, process::Signal::Message(Message::build(|h| build::tuple(h, &words)))).is_none()
}

pub(crate) fn init() {
    /// The exit status of a process that SIGTERM has ended, as shells show it.
    const TERMINATED: i32 = 128 + SIGTERM as i32;
    on_event(Box::new(|event| match event {
        Event::StopRequested => match ON_SIGTERM.load(Ordering::Relaxed) {
            IGNORE => {}
            0 if tell("sigterm") => {}
            // Without a server the node isn't up yet, or has none to ask.
            _ => platform().halt(Halt::Status(TERMINATED)),
        },
        Event::Signal(number) => {
            let name = SIGNALS.iter().find(|(_, n)| *n == number).map_or("", |(name, _)| *name);
            match number {
                _ if tell(name) => {}
                SIGUSR1 => {
                    crate::crash_dump::write(None, "Received SIGUSR1");
                    platform().halt(Halt::Status(1));
                }
                SIGQUIT => platform().halt(Halt::Status(0)),
                _ => {}
            }
        }
        _ => {}
    }));
}
