//! Timers: `send_after`, `start_timer`, `cancel_timer`, `read_timer` (`erl_hl_timer.c`).

use alloc::boxed::Box;
use alloc::sync::Arc;
use core::fmt::Write;

use hashbrown::HashMap;
use joist_vm::atom;
use joist_vm::heap::OwnedTerm;
use joist_vm::platform::platform;
use joist_vm::process::names::{self, Registered};
use joist_vm::process::{self, Bail, NativeResult, Process};
use joist_vm::sched::{self, TimerKey};
use joist_vm::sync::Mutex;
use joist_vm::term::{Pid, Reference, Term, build};

use crate::table::Binding;
use crate::term_args;

pub(crate) const BINDINGS: &[Binding] = &[
    ("send_after", 3, |p, a| start(p, a, Term::NIL, false)),
    ("send_after", 4, |p, a| start(p, a, a[3], false)),
    ("start_timer", 3, |p, a| start(p, a, Term::NIL, true)),
    ("start_timer", 4, |p, a| start(p, a, a[3], true)),
    ("cancel_timer", 1, |p, a| cancel(p, a[0], Term::NIL)),
    ("cancel_timer", 2, |p, a| cancel(p, a[0], a[1])),
    ("read_timer", 1, |p, a| read(p, a[0], Term::NIL)),
    ("read_timer", 2, |p, a| read(p, a[0], a[1])),
];

/// A timer that has not fired yet.
struct Running {
    key: TimerKey,
    to: To,
    message: Arc<OwnedTerm>,
}

type Timers = HashMap<[u32; 3], Running, ahash::RandomState>;

static TIMERS: Mutex<Option<Timers>> = Mutex::new(None);

fn with<R>(f: impl FnOnce(&mut Timers) -> R) -> R {
    f(TIMERS.lock().get_or_insert_with(|| HashMap::with_hasher(ahash::RandomState::with_seeds(3, 1, 4, 1))))
}

/// Who gets the message.
#[derive(Clone, Copy)]
enum To {
    Pid(Pid),
    Name(atom::Atom),
}

impl To {
    fn send(self, message: &OwnedTerm) {
        let pid = match self {
            To::Pid(pid) => Some(pid),
            To::Name(name) => match names::whereis(name) {
                Some(Registered::Process(pid)) => Some(pid),
                _ => None,
            },
        };
        if let Some(pid) = pid {
            process::send(pid, message.get());
        }
    }
}

/// `[{abs, true}]`.
fn absolute(p: &mut Process, options: Term) -> Result<bool, Bail> {
    let mut abs = false;
    for o in term_args::list(p, options)? {
        match o.as_tuple_of::<2>() {
            Some([k, v]) if k.as_atom().is_some_and(|k| k.text() == "abs") => abs = term_args::boolean(p, *v)?,
            _ => return Err(p.badarg()),
        }
    }
    Ok(abs)
}

/// The longest time ahead, in milliseconds (stock: about 2^53).
const LONGEST: i64 = (1 << 53) - 1;

fn start(p: &mut Process, a: &[Term], options: Term, timeout: bool) -> NativeResult {
    let abs = absolute(p, options)?;
    let Some(ms) = a[0].as_i64() else { return Err(p.badarg()) };
    let to = match (a[1].as_pid(), a[1].as_atom()) {
        (Some(pid), _) => To::Pid(pid),
        (None, Some(name)) => To::Name(name),
        _ => return Err(p.badarg()),
    };
    let now = platform().monotonic_ns();
    let at = if abs {
        // Erlang's monotonic time has an origin of its own.
        let at = i128::from(ms) * 1_000_000 - i128::from(super::time::monotonic()) + i128::from(now);
        u64::try_from(at.max(0)).map_err(|_| p.badarg())?
    } else {
        if !(0..=LONGEST).contains(&ms) {
            return Err(p.badarg());
        }
        now.saturating_add((ms as u64).saturating_mul(1_000_000))
    };
    let r = process::make_reference();
    let message = if timeout {
        OwnedTerm::build(|h| {
            let (r, m) = (build::reference(h, r), joist_vm::heap::copy(h, a[2]));
            build::tuple(h, &[Term::atom(atom::TIMEOUT), r, m])
        })
    } else {
        OwnedTerm::new(a[2])
    };
    let message = Arc::new(message);
    let sent = message.clone();
    // The entry must be there before the timer can fire and take it out.
    with(|timers| {
        let key = sched::fire_at(
            at,
            Box::new(move || {
                if with(|timers| timers.remove(&r.numbers)).is_some() {
                    to.send(&sent);
                }
            }),
        );
        timers.insert(r.numbers, Running { key, to, message });
    });
    Ok(build::reference(p, r))
}

/// What is left of a running timer, or false.
fn milliseconds(key: Option<TimerKey>, p: &mut Process) -> Term {
    match key {
        Some(key) => build::integer(p, key.left().div_ceil(1_000_000) as i64),
        None => Term::bool(false),
    }
}

fn numbers(p: &mut Process, t: Term) -> Result<[u32; 3], Bail> {
    match t.as_reference() {
        Some(Reference { numbers, .. }) => Ok(numbers),
        None => Err(p.badarg()),
    }
}

/// `[{async, Bool}, {info, Bool}]`.
fn flags(p: &mut Process, options: Term) -> Result<(bool, bool), Bail> {
    let (mut asynchronous, mut info) = (false, true);
    for o in term_args::list(p, options)? {
        match o.as_tuple_of::<2>() {
            Some([k, v]) if k.is(atom::ASYNC) => asynchronous = term_args::boolean(p, *v)?,
            Some([k, v]) if k.is(atom::INFO) => info = term_args::boolean(p, *v)?,
            _ => return Err(p.badarg()),
        }
    }
    Ok((asynchronous, info))
}

fn answer(p: &mut Process, t: Term, tag: &str, result: Term, (asynchronous, info): (bool, bool)) -> Term {
    if asynchronous {
        if info {
            let m = build::tuple(p, &[Term::atom(atom::Atom::new(tag)), t, result]);
            process::send(p.pid(), m);
        }
        return Term::atom(atom::OK);
    }
    if info { result } else { Term::atom(atom::OK) }
}

fn cancel(p: &mut Process, t: Term, options: Term) -> NativeResult {
    let how = flags(p, options)?;
    let numbers = numbers(p, t)?;
    // Whoever takes the entry out decides: even a timer that is due just now won't send any more.
    let key = with(|timers| timers.remove(&numbers)).map(|t| t.key);
    if let Some(key) = key {
        sched::cancel(key);
    }
    let result = milliseconds(key, p);
    Ok(answer(p, t, "cancel_timer", result, how))
}

fn read(p: &mut Process, t: Term, options: Term) -> NativeResult {
    let how = flags(p, options)?;
    let numbers = numbers(p, t)?;
    let key = with(|timers| timers.get(&numbers).map(|t| t.key));
    let result = milliseconds(key, p);
    Ok(answer(p, t, "read_timer", result, how))
}

/// `=timer` for each, in a crash dump.
pub(crate) fn dump(out: &mut dyn Write) -> core::fmt::Result {
    with(|timers| {
        timers.values().try_for_each(|t| {
            match t.to {
                To::Pid(pid) => writeln!(out, "=timer:{}", Term::pid(pid))?,
                To::Name(name) => writeln!(out, "=timer:{}", Term::atom(name))?,
            }
            let left = t.key.left() / 1_000_000;
            // A message is a line; a long one is cut.
            writeln!(out, "Message: {:.1000}\nTime left: {left}", t.message.get())
        })
    })
}
