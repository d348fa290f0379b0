//! The scheduler's loop: events, timers, then the next process for a slice.

use alloc::boxed::Box;
use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::microstate::{self, State};
use super::{queue, timer};
use crate::atom;
use crate::engine::{self, Context, Stop};
use crate::platform::platform;
use crate::process::{self, Process, RunState, Slot};
use crate::term::Pid;
use crate::trace::{self, flags, profile};

/// Reductions in a slice.
pub const SLICE: i64 = 4000;

/// Set while the world is stopped: no scheduler takes up a process.
static STOPPED: AtomicBool = AtomicBool::new(false);
/// Schedulers inside a slice.
static RUNNING: AtomicUsize = AtomicUsize::new(0);

/// The number of the scheduler that the caller runs on.
pub(super) fn current() -> Option<usize> {
    platform().current_scheduler()
}

/// Starts `n` schedulers; the caller's CPU runs the first and never comes back.
pub fn start(n: usize, first: impl FnOnce()) -> ! {
    queue::init(n);
    first();
    for id in 1..n {
        platform().start_scheduler(id, run);
    }
    run(0)
}

fn run(id: usize) -> ! {
    let context = Box::leak(Context::new(id));
    super::describe::enter(id, context);
    loop {
        while platform().has_events() {
            let before = microstate::enter(id, State::CheckIo);
            let event = platform().poll();
            microstate::enter(id, State::Port);
            if let Some(event) = event {
                crate::event::dispatch(event);
            }
            microstate::enter(id, before);
            if event.is_none() {
                break;
            }
        }
        let before = microstate::enter(id, State::Aux);
        timer::expire(id);
        microstate::enter(id, before);
        match queue::next(id) {
            Some(slot) => slice(context, slot),
            None => {
                let at = queue::scheduler(id).next_timer.load(Ordering::Acquire);
                queue::sleep(id, if at == u64::MAX { None } else { Some(at) });
            }
        }
    }
}

/// Is a process runnable, or does another scheduler than the caller's run one?
#[must_use]
pub fn others_at_work() -> bool {
    (0..queue::schedulers()).any(queue::any_work) || RUNNING.load(Ordering::SeqCst) > 1
}

/// Runs a process for a slice.
fn slice(context: &mut Context, slot: &'static Slot) {
    let process = {
        let mut inbox = slot.inbox.lock();
        if inbox.state != RunState::Runnable {
            return;
        }
        inbox.state = RunState::Running;
        core::mem::replace(&mut inbox.process, core::ptr::null_mut())
    };
    // SAFETY: a runnable slot's inbox owns its process; taking it out under the lock makes it ours.
    let mut p = unsafe { Box::from_raw(process) };
    enter();
    p.context = context;
    let scheduler = queue::scheduler(context.scheduler);
    scheduler.process.store(&raw mut *p, Ordering::Relaxed);
    let running = &scheduler.running;
    running.store(true, Ordering::Relaxed);
    let state = microstate::enter(context.scheduler, State::Emulator);
    let watched = slice_begins(&mut p);
    let outcome = engine::run(context, &mut p);
    p.context = core::ptr::null_mut();
    context.p = core::ptr::null_mut();
    slice_ends(&mut p, &outcome, watched);
    crate::fatal::look(&p);
    running.store(false, Ordering::Relaxed);
    scheduler.process.store(core::ptr::null_mut(), Ordering::Relaxed);
    microstate::enter(context.scheduler, state);
    if outcome != Stop::Exit {
        p.safe_point();
    }
    let used = (SLICE - context.reductions).max(1) as u64;
    p.reductions += used;
    let s = queue::scheduler(context.scheduler);
    s.reductions.fetch_add(used, Ordering::Relaxed);
    s.context_switches.fetch_add(1, Ordering::Relaxed);
    RUNNING.fetch_sub(1, Ordering::SeqCst);
    match outcome {
        Stop::Exit => {
            let profiled = profile::of_processes().then(|| (p.pid(), crate::code::locate(p.pc)));
            process::end(p);
            if let Some((pid, at)) = profiled {
                profile::process(pid, false, at);
            }
        }
        Stop::Yield => {
            p.waiting = false;
            put_back(p, slot, false);
        }
        Stop::Wait => {
            p.waiting = true;
            put_back(p, slot, true);
        }
        Stop::Suspend => put_back(p, slot, true),
    }
}

/// What is wanted of a slice that is monitored: when and where it began.
type Began = Option<(u64, Option<crate::code::Location>)>;

fn slice_begins(p: &mut Process) -> Began {
    if p.slot().traced.has(flags::RUNNING | flags::RUNNING_PROCS) {
        trace::events::scheduled(p, atom::IN);
    }
    if p.meters.is_some() {
        trace::slice_begins(p);
    }
    trace::monitor::of_slices().then(|| (platform().monotonic_ns(), crate::code::locate(p.pc)))
}

fn slice_ends(p: &mut Process, outcome: &Stop, began: Began) {
    if p.meters.is_some() {
        trace::slice_ends(p);
    }
    if *outcome != Stop::Exit && p.slot().traced.has(flags::RUNNING | flags::RUNNING_PROCS) {
        trace::events::scheduled(p, atom::OUT);
    }
    if let Some((at, from)) = began {
        let to = if *outcome == Stop::Exit { None } else { crate::code::locate(p.pc) };
        trace::monitor::ran(p, platform().monotonic_ns() - at, from, to);
    }
}

/// Enters a slice, unless the world is stopped: then waits.
fn enter() {
    let mut spins = 0;
    loop {
        RUNNING.fetch_add(1, Ordering::SeqCst);
        if !STOPPED.load(Ordering::SeqCst) {
            return;
        }
        RUNNING.fetch_sub(1, Ordering::SeqCst);
        while STOPPED.load(Ordering::SeqCst) {
            platform().relax(spins);
            spins += 1;
        }
    }
}

/// A process leaves its scheduler: into a queue, or to wait for a signal.
fn put_back(p: Box<Process>, slot: &'static Slot, waits: bool) {
    let mut inbox = slot.inbox.lock();
    inbox.priority = p.priority as u8;
    let suspended = inbox.suspended > 0;
    let profiled = profile::of_processes().then(|| (p.pid(), crate::code::locate(p.pc)));
    inbox.process = Box::into_raw(p);
    if (waits || suspended) && inbox.signals.is_empty() {
        inbox.state = RunState::Waiting;
        drop(inbox);
        if let Some((pid, at)) = profiled {
            profile::process(pid, false, at);
        }
    } else {
        inbox.state = RunState::Runnable;
        queue::enqueue(slot, inbox.priority);
    }
}

/// A runnable process gets its next slice as one of at least this priority would. (It stays in its own queue too, where
/// nobody minds it once it has run.)
pub fn hurry(pid: Pid, priority: crate::process::Priority) {
    let Some(slot) = process::lookup(pid) else { return };
    let inbox = slot.inbox.lock();
    if inbox.pid == pid && inbox.state == RunState::Runnable && inbox.priority > priority as u8 {
        queue::enqueue(slot, priority as u8);
    }
}

/// Suspends a process (`erlang:suspend_process/2`); false if it is gone.
#[must_use]
pub fn suspend(pid: Pid) -> bool {
    let Some(slot) = process::lookup(pid) else { return false };
    let mut inbox = slot.inbox.lock();
    if inbox.pid != pid {
        return false;
    }
    inbox.suspended += 1;
    true
}

/// Takes one suspension back.
pub fn resume(pid: Pid) {
    resume_by(pid, 1);
}

/// Takes so many suspensions back.
pub fn resume_by(pid: Pid, times: u32) {
    let Some(slot) = process::lookup(pid) else { return };
    let mut inbox = slot.inbox.lock();
    if inbox.pid != pid {
        return;
    }
    inbox.suspended = inbox.suspended.saturating_sub(times);
    if inbox.suspended == 0 && inbox.state == RunState::Waiting {
        process::wake(&mut inbox, slot);
    }
}

/// The process that the caller's scheduler runs.
pub(crate) fn running() -> Option<&'static Process> {
    let process = queue::scheduler(current()?).process.load(Ordering::Relaxed);
    // SAFETY: it is there until the slice is over, and this scheduler is in its slice.
    unsafe { process.as_ref() }
}

/// Another scheduler ends the node: this one waits for that, and is not waited for.
pub(crate) fn stand_aside() -> ! {
    RUNNING.fetch_sub(1, Ordering::SeqCst);
    loop {
        crate::platform::relax();
    }
}

/// As [`stop_the_world`], for a caller that runs no process: who handles an event, between two slices.
pub fn stop_the_world_between_slices<R>(work: impl FnOnce() -> R) -> R {
    enter();
    let result = stop_the_world(work);
    RUNNING.fetch_sub(1, Ordering::SeqCst);
    result
}

/// Runs `work` while no other scheduler runs a process. The caller is inside a slice itself.
pub fn stop_the_world<R>(work: impl FnOnce() -> R) -> R {
    let mut spins = 0;
    while STOPPED.compare_exchange(false, true, Ordering::SeqCst, Ordering::SeqCst).is_err() {
        // Another one stops the world: count as not running meanwhile.
        RUNNING.fetch_sub(1, Ordering::SeqCst);
        while STOPPED.load(Ordering::SeqCst) {
            platform().relax(spins);
            spins += 1;
        }
        RUNNING.fetch_add(1, Ordering::SeqCst);
    }
    while RUNNING.load(Ordering::SeqCst) > 1 {
        crate::fatal::give_up_waiting();
        platform().relax(spins);
        spins += 1;
    }
    let result = work();
    STOPPED.store(false, Ordering::SeqCst);
    result
}
