//! `os` (`erl_bif_os.c`).

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicU8, Ordering};

use joist_vm::atom::{self, Atom};
use joist_vm::event::on_event;
use joist_vm::platform::{Event, Halt, platform};
use joist_vm::process::names::{self, Registered};
use joist_vm::process::{Bail, Message, NativeResult, Process, Signal, deliver};
use joist_vm::term::{Term, build};

use crate::table::Binding;
use crate::{prim_file, term_args};

pub(crate) const BINDINGS: &[Binding] = &[
    ("getenv", 1, |p, a| {
        let name = name(p, a[0])?;
        Ok(match platform().getenv(&name) {
            Some(v) => prim_file::name_to_list(p, &v),
            None => Term::bool(false),
        })
    }),
    ("env", 0, |p, _| {
        let mut items = Vec::new();
        for e in platform().env() {
            let at = e.iter().position(|b| *b == b'=').unwrap_or(e.len());
            let (k, v) =
                (prim_file::name_to_list(p, &e[..at]), prim_file::name_to_list(p, e.get(at + 1..).unwrap_or_default()));
            items.push(build::tuple(p, &[k, v]));
        }
        Ok(build::list(p, &items))
    }),
    ("putenv", 2, |p, a| {
        let (k, v) = (name(p, a[0])?, value(p, a[1])?);
        set(p, &k, Some(&v))
    }),
    ("unsetenv", 1, |p, a| {
        let k = name(p, a[0])?;
        set(p, &k, None)
    }),
    ("getpid", 0, |p, _| {
        let s = alloc::format!("{}", platform().pid());
        Ok(build::string(p, s.as_bytes()))
    }),
    ("timestamp", 0, |p, _| {
        let us = platform().system_time_ns() / 1000;
        let parts = [us / 1_000_000_000_000, us / 1_000_000 % 1_000_000, us % 1_000_000];
        Ok(build::tuple(p, &parts.map(Term::small)))
    }),
    ("system_time", 0, |p, _| Ok(build::integer(p, platform().system_time_ns()))),
    ("system_time", 1, |p, a| crate::erlang::time::convert(p, platform().system_time_ns(), a[0])),
    ("perf_counter", 0, |p, _| Ok(build::integer(p, platform().monotonic_ns() as i64))),
    ("set_signal", 2, |p, a| {
        let is_one = |t: Term, names: &[&str]| t.as_atom().is_some_and(|a| names.contains(&a.text()));
        if a[0].is_atom() && !is_one(a[1], &["default", "handle", "ignore"]) {
            return Err(p.badarg_cause(Term::atom(atom::Atom::new("badopt"))));
        }
        let newer = joist_vm::release::at_least(28) && is_one(a[0], &SIGNALS_28);
        if !newer && !is_one(a[0], &SIGNALS) {
            return Err(p.badarg());
        }
        // The one that is there on every platform: others would have to be asked for.
        if is_one(a[0], &["sigterm"]) {
            let how = if is_one(a[1], &["ignore"]) { IGNORE } else { u8::from(is_one(a[1], &["default"])) };
            SIGTERM.store(how, Ordering::Relaxed);
        }
        Ok(Term::atom(atom::OK))
    }),
];

/// The signals that `set_signal` takes (`signalterm_to_signum` in `sys.c`).
const SIGNALS: [&str; 10] =
    ["sighup", "sigquit", "sigabrt", "sigalrm", "sigterm", "sigusr1", "sigusr2", "sigchld", "sigstop", "sigtstp"];

/// Those that OTP 28 added.
const SIGNALS_28: [&str; 2] = ["sigwinch", "sigcont"];

/// What a request to stop (SIGTERM, the power button) does, as `os:set_signal(sigterm, …)` says: 0 when the server of
/// signals is told, else it ends the node at once, or nothing.
static SIGTERM: AtomicU8 = AtomicU8::new(0);
const IGNORE: u8 = 2;

/// The exit status of a process that SIGTERM has ended, as shells show it.
const TERMINATED: i32 = 128 + 15;

pub(crate) fn init() {
    on_event(Box::new(|event| {
        let server = names::whereis(Atom::new("erl_signal_server"));
        match (event, SIGTERM.load(Ordering::Relaxed), server) {
            (Event::StopRequested, 0, Some(Registered::Process(server))) => {
                let words = [Term::atom(Atom::new("notify")), Term::atom(Atom::new("sigterm"))];
                deliver(server, Signal::Message(Message::build(|h| build::tuple(h, &words))));
            }
            (Event::StopRequested, IGNORE, _) => {}
            // Without a server the node isn't up yet, or has none to ask.
            (Event::StopRequested, ..) => platform().halt(Halt::Status(TERMINATED)),
            _ => {}
        }
    }));
}

fn name(p: &mut Process, t: Term) -> Result<Vec<u8>, Bail> {
    let name = value(p, t)?;
    if name.is_empty() || name.contains(&b'=') { Err(p.badarg()) } else { Ok(name) }
}

fn value(p: &mut Process, t: Term) -> Result<Vec<u8>, Bail> {
    match term_args::text(t).filter(|s| !s.contains('\0')) {
        Some(s) => Ok(s.into_bytes()),
        None => Err(p.badarg()),
    }
}

fn set(p: &mut Process, k: &[u8], v: Option<&[u8]>) -> NativeResult {
    match platform().setenv(k, v) {
        Ok(()) => Ok(Term::bool(true)),
        Err(_) => Err(p.badarg()),
    }
}
