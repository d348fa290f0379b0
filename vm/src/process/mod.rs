//! Processes. [`Process`] is what only the scheduler that runs it may touch; [`Slot`] is what everybody may: its
//! signal queue and run state. Everything between processes is a signal (`erl_proc_sig_queue.c`).

mod dictionary;
mod exception;
mod exit;
mod info;
mod job;
mod links;
mod mailbox;
pub mod names;
mod native;
mod signal;
mod slot;
mod spawn;
mod table;

use alloc::boxed::Box;

use crate::atom;
use crate::heap::{Policy, ProcessHeap};
use crate::sched::microstate;
use crate::term::{Alloc, OffHeap, Pid, Term};
use crate::trace;

pub use dictionary::Dictionary;
pub use exception::{Class, Exception};
pub(crate) use exit::exit as end;
pub(crate) use info::described;
pub use info::{StackWord, set_description};
pub use job::Job;
pub use links::AliasMode;
pub use links::{Links, MonitorInfo, MonitorKind, Suspending};
pub use mailbox::{Mailbox, Message};
pub(crate) use native::Trap;
pub use native::{Bail, CodeAddress, Native, NativeResult};
pub use signal::{ExitWay, Signal, Work, deliver, send, send_exit, send_from, send_named, send_to_alias};
pub(crate) use signal::{Outcome, wake};
pub use slot::{Inbox, RunState, Slot};
pub use spawn::{Reply, SpawnOptions, TooManyProcesses, make_ref, make_reference, spawn};
pub(crate) use table::each_slot;
pub use table::{alive, count, limit, lookup, next_data, pids, rewind, set_limit};

/// Scheduling priorities; `max` first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Priority {
    Max = 0,
    High = 1,
    Normal = 2,
    Low = 3,
}

/// A process's flags, as `process_flag/2` sets them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Flags {
    pub trap_exit: bool,
    pub sensitive: bool,
    pub message_queue_off_heap: bool,
    pub async_dist: bool,
    /// Made by `spawn_system_process`.
    pub system: bool,
    /// In `erlang:hibernate/3`.
    pub hibernating: bool,
    /// Waits until a port is no longer busy.
    pub waits_for_port: bool,
}

/// What a process does next when it is scheduled.
#[derive(Debug)]
pub enum Resume {
    /// Go on at `pc`.
    Code,
    /// Call this native again (it yielded or trapped), then go on at `pc`.
    Native(Native),
}

/// A process, owned by the scheduler that runs it (or by its slot, while it waits).
#[repr(C)]
pub struct Process {
    pub heap: ProcessHeap,
    /// Where it goes on when it is scheduled.
    pub(crate) pc: *const u64,
    /// X registers saved while it does not run: their number, and the first few.
    pub(crate) live: usize,
    pub(crate) saved: alloc::vec::Vec<Term>,
    /// The scheduler's context while it runs, else null.
    pub(crate) context: *mut crate::engine::Context,
    pub(crate) slot: &'static Slot,
    pub(crate) pid: Pid,
    pub(crate) exception: Exception,
    /// A signal handler decided that the process has to exit.
    pub(crate) exit_requested: bool,
    pub(crate) trap: Trap,
    pub mailbox: Mailbox,
    pub(crate) reductions: u64,
    pub links: Links,
    pub dictionary: Dictionary,
    /// A pid, local or not.
    pub group_leader: Term,
    /// The token of `seq_trace`; nil for none.
    pub seq_token: Term,
    /// What it has sent with tokens so far, and the last it got.
    pub(crate) seq_clock: i64,
    pub(crate) seq_last: i64,
    /// The token of the exit signal that is being handled.
    pub(crate) exit_token: Option<crate::heap::OwnedTerm>,
    /// The last calls, if it remembers them.
    pub saved_calls: Option<Box<crate::trace::SavedCalls>>,
    /// There may be frames of traces on the stack.
    pub(crate) trace_frames: bool,
    /// Where its time goes, if calls are timed.
    pub(crate) meters: Option<Box<crate::trace::Meters>>,
    /// Whoever monitors long message queues knows of this one.
    pub(crate) long_queue: bool,
    pub flags: Flags,
    pub priority: Priority,
    /// Catches active on the stack, as `process_info(catchlevel)` tells.
    pub initial_call: crate::code::Mfa,
    pub parent: Term,
    /// The timer of a `receive … after`, if one runs.
    pub(crate) receive_timer: Option<crate::sched::TimerKey>,
    pub(crate) receive_timed_out: bool,
    /// It waits without a limit: the register that said so is not kept.
    pub(crate) receive_forever: bool,
    /// Small numbers that natives keep for a process: its error handler, its label, …
    pub error_handler: crate::atom::Atom,
    pub label: Term,
    /// Terms that must live although no register holds them: state of a native that yielded.
    pub(crate) roots: alloc::vec::Vec<Term>,
    /// What dies with the process: tables, ports, timers (see [`OnExit`]).
    pub on_exit: alloc::vec::Vec<Box<dyn OnExit>>,
    pub(crate) started_ns: u64,
    /// Work for when no native runs, so that terms may move.
    pub(crate) at_safe_point: alloc::vec::Vec<Work>,
    pub(crate) at_rest: alloc::vec::Vec<Work>,
    /// A collection asked for by a native; true for a major one.
    pub(crate) collect_wanted: Option<bool>,
    /// Cells that `length` has counted before its slice was over, and the list behind them.
    pub(crate) counted: usize,
    pub(crate) count_rest: Term,
    /// The rest of a native's work.
    pub(crate) paused: Option<job::Paused>,
    /// It waited for a message when it was put away last.
    pub(crate) waiting: bool,
    /// Between two instructions, with no X register live: whoever works on it now (a signal) may move its terms.
    pub(crate) parked: bool,
}

/// Something of a process's that must be told when it exits.
pub trait OnExit: Send {
    /// The process is gone; `reason` is why.
    fn exited(self: Box<Self>, process: &mut Process, reason: Term);
    /// A key to find it by, so that it can be removed again.
    fn key(&self) -> u64;
}

impl Process {
    /// The process identifier.
    #[inline]
    #[must_use]
    pub const fn pid(&self) -> Pid {
        self.pid
    }

    /// Binds it to a scheduler, counted from 1, from its next slice on; 0 for any. Answers what it was bound to.
    pub fn bind(&mut self, scheduler: usize) -> usize {
        self.end_slice();
        self.slot.bound.swap(scheduler, core::sync::atomic::Ordering::Relaxed)
    }

    /// What others may touch of it.
    #[must_use]
    pub const fn slot(&self) -> &'static Slot {
        self.slot
    }

    /// Registers a dependant; see [`OnExit`].
    pub fn add_on_exit(&mut self, dependant: Box<dyn OnExit>) {
        self.on_exit.push(dependant);
    }

    /// Takes a dependant out again.
    pub fn remove_on_exit(&mut self, key: u64) -> Option<Box<dyn OnExit>> {
        let i = self.on_exit.iter().position(|d| d.key() == key)?;
        Some(self.on_exit.swap_remove(i))
    }

    /// Charges a native's work: it shortens the process's slice.
    pub fn charge(&mut self, reductions: usize) {
        if !self.context.is_null() {
            // SAFETY: the context outlives the slice in which the process runs on it, and only this thread uses it.
            unsafe { (*self.context).reductions -= reductions.min(1 << 20) as i64 };
        }
    }

    /// Reductions left in this slice; a native that can run long yields when there are none.
    #[must_use]
    pub fn budget(&self) -> i64 {
        // SAFETY: as in `charge`.
        if self.context.is_null() { 4000 } else { unsafe { (*self.context).reductions } }
    }

    /// May its terms move now? Not while it runs a native.
    #[must_use]
    pub const fn can_collect(&self) -> bool {
        (self.context.is_null() || self.parked) && !self.is_pinned()
    }

    /// Collects garbage now, or (called by a native, whose terms must not move) at the end of the slice.
    pub fn collect_garbage(&mut self, major: bool) {
        if self.can_collect() {
            self.collect(0, 0, major);
        } else {
            self.collect_wanted = Some(major || self.collect_wanted == Some(true));
            // A native that has paused is to get on: the collection waits for its end, however often it is asked for.
            if !self.is_pinned() {
                self.end_slice();
            }
        }
    }

    /// Fetches the signals that have come in, for natives that look at the message queue. If one of them ends the
    /// process, that happens at the end of the slice.
    pub fn fetch_signals(&mut self) {
        if self.handle_signals() == Outcome::Exit {
            self.exit_requested = true;
            self.end_slice();
        }
    }

    /// Was it waiting for a message when it was scheduled to answer a signal?
    #[must_use]
    pub const fn was_waiting(&self) -> bool {
        self.waiting
    }

    /// The module of the function that called the native which runs now.
    #[must_use]
    pub fn caller_module(&self) -> Option<crate::atom::Atom> {
        // SAFETY: as in `charge`.
        let pc = if self.context.is_null() { return None } else { unsafe { (*self.context).pc } };
        // A native that is traced runs in a function of its own.
        let module = crate::code::module_of_address(pc).map(|m| m.name);
        module.or_else(|| self.return_locations(1).pop().map(|l| l.mfa.module))
    }

    /// The function that called the native which runs now.
    pub(crate) fn caller(&self) -> Option<crate::code::Location> {
        // SAFETY: as in `charge`.
        let pc = if self.context.is_null() { return None } else { unsafe { (*self.context).pc } };
        crate::code::locate(pc).or_else(|| self.return_locations(1).pop())
    }

    /// Does it run this version of a module, or will it return to it? Funs don't count: calls of them find out.
    #[must_use]
    pub fn refers_to_code(&self, module: &crate::code::Module) -> bool {
        let (start, end) = module.range();
        let inside = |w: u64| (start..end).contains(&(w as usize));
        inside(self.pc as u64) || self.heap.stack().iter().any(|w| w & 3 == 0 && inside(*w))
    }

    /// The scheduler it runs on.
    #[must_use]
    pub fn scheduler(&self) -> usize {
        // SAFETY: as in `charge`.
        if self.context.is_null() { 0 } else { unsafe { (*self.context).scheduler } }
    }

    /// It has changed breakpoints: none has looked at the instruction that it does anew.
    pub fn breakpoints_changed(&mut self) {
        if !self.context.is_null() {
            // SAFETY: as in `charge`.
            unsafe { (*self.context).again = core::ptr::null() };
        }
    }

    /// Has work done when no native of the process runs, before its next slice (or while it exits).
    pub fn when_safe(&mut self, work: Work) {
        self.at_safe_point.push(work);
        self.end_slice();
    }

    /// Calls this when the slice is over, even if a native has paused then: its terms may not move.
    pub fn when_still(&mut self, work: Work) {
        self.at_rest.push(work);
        self.end_slice();
    }

    /// Does what [`Process::when_still`] was asked, and [`Process::when_safe`] unless its terms must not move yet.
    pub(crate) fn safe_point(&mut self) {
        for work in core::mem::take(&mut self.at_rest) {
            work(self);
        }
        if self.is_pinned() {
            return;
        }
        for work in core::mem::take(&mut self.at_safe_point) {
            work(self);
        }
    }

    /// Copies what the process refers to in literal areas that are to be freed. Only at a safe point: its X registers
    /// are saved.
    pub fn leave_literals(&mut self, areas: &crate::heap::Areas) {
        let (heap, mut roots) = self.parts(0);
        heap.leave(areas, &mut roots);
        self.check_max_heap_size();
    }

    /// Collects garbage so that `need` words are free; `live` X registers are roots.
    pub(crate) fn collect(&mut self, need: usize, live: usize, major: bool) {
        let watched = self.slot.traced.has(trace::flags::GARBAGE_COLLECTION) || trace::monitor::of_collections();
        if watched {
            self.collect_watched(need, live, major);
        } else {
            self.collect_now(need, live, major);
        }
        let work = (self.heap.used() / 10).max(1);
        self.charge(work);
        self.check_max_heap_size();
    }

    /// A collection that somebody wants to hear of.
    #[cold]
    fn collect_watched(&mut self, need: usize, live: usize, major: bool) {
        let major = major || self.heap.collects_all();
        let (begin, end) =
            if major { (atom::GC_MAJOR_START, atom::GC_MAJOR_END) } else { (atom::GC_MINOR_START, atom::GC_MINOR_END) };
        let started = crate::platform::platform().monotonic_ns();
        let before = self.heap.stats().reclaimed;
        trace::events::collected(self, begin, need);
        self.collect_now(need, live, major);
        trace::monitor::delay();
        trace::events::collected(self, end, (self.heap.stats().reclaimed - before) as usize);
        trace::monitor::collected(self, crate::platform::platform().monotonic_ns() - started);
    }

    fn collect_now(&mut self, need: usize, live: usize, major: bool) {
        microstate::during(microstate::State::Gc, || self.collect_heap(need, live, major));
    }

    fn collect_heap(&mut self, need: usize, live: usize, major: bool) {
        let (heap, mut roots) = self.parts(live);
        if major {
            heap.collect_all(need, &mut roots);
        } else {
            heap.collect(need, &mut roots);
        }
    }

    /// Takes all room from the heap until [`ProcessHeap::unpack`]; `live` X registers are roots.
    pub(crate) fn pack(&mut self, live: usize) {
        let (heap, mut roots) = self.parts(live);
        heap.pack(&mut roots);
    }

    /// The heap, and where else terms of the process are; `live` X registers among them.
    fn parts(&mut self, live: usize) -> (&mut ProcessHeap, Roots<'_>) {
        let registers: &mut [Term] = if self.context.is_null() {
            &mut []
        } else {
            // SAFETY: as in `charge`; live registers lie at the context's start.
            unsafe { core::slice::from_raw_parts_mut((*self.context).x.as_mut_ptr(), live) }
        };
        let roots = Roots {
            registers,
            saved: &mut self.saved,
            exception: &mut self.exception,
            dictionary: &mut self.dictionary,
            trap: &mut self.trap,
            more: &mut self.roots,
            links: &mut self.links,
            mailbox: &mut self.mailbox,
            singles: [
                &mut self.group_leader,
                &mut self.seq_token,
                &mut self.parent,
                &mut self.label,
                &mut self.count_rest,
            ],
        };
        (&mut self.heap, roots)
    }
}

struct Roots<'a> {
    registers: &'a mut [Term],
    saved: &'a mut [Term],
    exception: &'a mut Exception,
    dictionary: &'a mut Dictionary,
    trap: &'a mut Trap,
    more: &'a mut [Term],
    links: &'a mut Links,
    mailbox: &'a mut Mailbox,
    singles: [&'a mut Term; 5],
}

impl crate::heap::Roots for Roots<'_> {
    fn each(&mut self, visit: &mut dyn FnMut(&mut Term)) {
        let slices = [&mut *self.registers, self.saved, self.more];
        slices.into_iter().flatten().for_each(&mut *visit);
        self.singles.iter_mut().for_each(|t| visit(t));
        self.exception.roots(visit);
        self.dictionary.roots(visit);
        self.trap.args.iter_mut().for_each(&mut *visit);
        self.links.roots(visit);
        self.mailbox.roots(visit);
    }
}

impl Alloc for Process {
    #[inline]
    fn alloc(&mut self, words: usize) -> *mut u64 {
        self.heap.alloc(words)
    }

    fn off_heap(&mut self) -> &mut OffHeap {
        self.heap.off_heap()
    }
}

impl core::fmt::Debug for Process {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Process({:?})", self.pid)
    }
}

static DEFAULT_POLICY: crate::sync::RwLock<Option<Policy>> = crate::sync::RwLock::new(None);

/// The policy that processes get unless `spawn_opt` says otherwise (`system_flag(min_heap_size, …)`).
pub fn default_policy() -> Policy {
    DEFAULT_POLICY.read().unwrap_or_default()
}

/// Sets the policy of processes made from now on.
pub fn set_default_policy(policy: Policy) {
    *DEFAULT_POLICY.write() = Some(policy);
}
