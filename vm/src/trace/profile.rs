//! `erlang:system_profile/2`: who hears when processes, ports and schedulers become active or inactive
//! (`profile_runnable_proc`, `profile_runnable_port`, `profile_scheduler` in `erl_trace.c`).

use core::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use super::flags::Flags;
use super::message::timestamp;
use super::tracer::Tracer;
use crate::atom::Atom;
use crate::code::Location;
use crate::sync::Mutex;
use crate::term::{Pid, PortId, Term, build};

/// What is profiled, and for whom.
#[derive(Debug, Clone, Copy)]
pub struct Profile {
    pub to: Tracer,
    pub exclusive: bool,
    pub scheduler: bool,
    pub runnable_procs: bool,
    pub runnable_ports: bool,
    /// The flag of its timestamps.
    pub timestamp: Flags,
}

static PROFILE: Mutex<Option<Profile>> = Mutex::new(None);
static PROCESSES: AtomicBool = AtomicBool::new(false);
static SCHEDULERS: AtomicBool = AtomicBool::new(false);
static PORTS: AtomicBool = AtomicBool::new(false);
static EXCLUSIVE: AtomicBool = AtomicBool::new(false);
static ACTIVE: AtomicI64 = AtomicI64::new(0);

/// The profile, while its process is there.
pub fn get() -> Option<Profile> {
    PROFILE.lock().filter(|p| p.to.is_alive())
}

/// Sets the profile.
pub fn set(new: Option<Profile>) {
    *PROFILE.lock() = new;
    ACTIVE.store(crate::sched::active() as i64, Ordering::Release);
    PROCESSES.store(new.is_some_and(|p| p.runnable_procs), Ordering::Release);
    SCHEDULERS.store(new.is_some_and(|p| p.scheduler), Ordering::Release);
    PORTS.store(new.is_some_and(|p| p.runnable_ports), Ordering::Release);
    EXCLUSIVE.store(new.is_some_and(|p| p.runnable_procs && p.exclusive), Ordering::Release);
}

/// Are processes profiled?
#[inline(always)]
pub(crate) fn of_processes() -> bool {
    PROCESSES.load(Ordering::Relaxed)
}

/// Are schedulers profiled?
#[inline(always)]
pub(crate) fn of_schedulers() -> bool {
    SCHEDULERS.load(Ordering::Relaxed)
}

/// Are ports profiled?
#[inline(always)]
pub(crate) fn of_ports() -> bool {
    PORTS.load(Ordering::Relaxed)
}

/// Is a process inactive while a port runs for it?
#[inline(always)]
pub(crate) fn is_exclusive() -> bool {
    EXCLUSIVE.load(Ordering::Relaxed)
}

/// A port has something to do, or nothing more. The profiler is not told of itself.
pub(crate) fn port(id: PortId, active: bool) {
    if !of_ports() {
        return;
    }
    let Some(profile) = get().filter(|p| p.runnable_ports && p.to != Tracer::Port(id)) else { return };
    profile.to.send(|h| {
        let time = timestamp(h, profile.timestamp).unwrap_or(Term::NIL);
        let tag = Term::atom(Atom::new("profile"));
        build::tuple(h, &[tag, Term::port(id), state(active), Term::small(0), time])
    });
}

fn state(active: bool) -> Term {
    Term::atom(Atom::new(if active { "active" } else { "inactive" }))
}

/// A process becomes runnable, or waits, in this function. The profiler is not told of itself.
#[cold]
pub(crate) fn process(pid: Pid, active: bool, at: Option<Location>) {
    let Some(profile) = get().filter(|p| p.runnable_procs && p.to != Tracer::Process(pid)) else { return };
    profile.to.send(|h| {
        let function = match at {
            Some(l) => {
                let m = l.mfa;
                let name = [Term::atom(m.module), Term::atom(m.function), Term::small(i64::from(m.arity))];
                build::tuple(h, &name)
            }
            None => Term::small(0),
        };
        let time = timestamp(h, profile.timestamp).unwrap_or(Term::NIL);
        build::tuple(h, &[Term::atom(Atom::new("profile")), Term::pid(pid), state(active), function, time])
    });
}

/// A scheduler finds something to do, or nothing more.
#[cold]
pub(crate) fn scheduler(id: usize, active: bool) {
    let change = if active { 1 } else { -1 };
    let number = ACTIVE.fetch_add(change, Ordering::AcqRel) + change;
    let Some(profile) = get().filter(|p| p.scheduler) else { return };
    profile.to.send(|h| {
        let time = timestamp(h, profile.timestamp).unwrap_or(Term::NIL);
        let parts = [
            Term::atom(Atom::new("profile")),
            Term::atom(Atom::new("scheduler")),
            Term::small(id as i64 + 1),
            state(active),
            Term::small(number),
            time,
        ];
        build::tuple(h, &parts)
    });
}
