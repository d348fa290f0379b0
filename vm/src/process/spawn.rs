//! Making processes.

use alloc::vec::Vec;
use core::sync::atomic::Ordering;

use super::{Dictionary, Exception, Flags, Links, Mailbox, Priority, Process, RunState, Trap, table};
use crate::atom;
use crate::code::{self, Mfa};
use crate::heap::{Policy, ProcessHeap};
use crate::term::{Pid, Reference, Term, build};
use crate::trace;

/// How a process is made (`spawn_opt`).
#[derive(Debug, Clone)]
pub struct SpawnOptions {
    pub link: bool,
    /// The link's exit comes to the parent as a priority message.
    pub link_priority: bool,
    /// The monitor's message is a priority message.
    pub monitor_priority: bool,
    /// Monitor it under this reference.
    pub monitor: Option<Reference>,
    /// How that reference is an alias.
    pub alias: super::AliasMode,
    /// The tag in place of `'DOWN'`.
    pub tag: Option<crate::heap::OwnedTerm>,
    pub priority: Priority,
    pub policy: Policy,
    pub message_queue_off_heap: bool,
    pub async_dist: bool,
    pub system: bool,
    /// The scheduler that alone may run it, counted from 1; 0 for any.
    pub scheduler: usize,
    /// The message that says so, of `spawn_request`.
    pub reply: Option<Reply>,
}

/// The message that a spawn is answered with.
#[derive(Debug, Clone)]
pub struct Reply {
    pub tag: crate::heap::OwnedTerm,
    pub reference: Reference,
    /// False: the caller does not want it.
    pub wanted: bool,
}

impl Default for SpawnOptions {
    fn default() -> Self {
        SpawnOptions {
            link: false,
            link_priority: false,
            monitor_priority: false,
            monitor: None,
            alias: super::AliasMode::None,
            tag: None,
            priority: Priority::Normal,
            policy: super::default_policy(),
            message_queue_off_heap: false,
            async_dist: false,
            system: false,
            scheduler: 0,
            reply: None,
        }
    }
}

/// There are as many processes as the limit (`+P`) allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooManyProcesses;

/// Makes a process that calls `module:function(args…)`; `parent` is none for the first one.
/// # Errors
/// [`TooManyProcesses`].
pub fn spawn(
    mut parent: Option<&mut Process>,
    mfa: Mfa,
    args: &[Term],
    o: &SpawnOptions,
) -> Result<Pid, TooManyProcesses> {
    let (slot, pid) = table::claim().ok_or(TooManyProcesses)?;
    slot.bound.store(o.scheduler, core::sync::atomic::Ordering::Relaxed);
    let words: usize = args.iter().map(|t| crate::heap::size(*t)).sum();
    let mut heap = ProcessHeap::new(o.policy, words + 8);
    let saved: Vec<Term> = args.iter().map(|t| crate::heap::copy(&mut heap, *t)).collect();
    let parent_pid = parent.as_ref().map(|p| p.pid);
    slot.traced.clear();
    let parent_slot = parent.as_ref().map(|p| p.slot);
    trace::events::born(&slot.traced, parent_slot.map(|s| &s.traced), o.link);
    let group_leader = match &parent {
        Some(p) => crate::heap::copy(&mut heap, p.group_leader),
        None => Term::pid(pid),
    };
    let mut links = Links::default();
    if let Some(parent) = &mut parent {
        if o.link {
            links.processes.insert(parent.pid);
            parent.links.processes.insert(pid);
            parent.links.set_priority(Term::pid(pid), o.link_priority);
        }
        if let Some(reference) = o.monitor {
            links.monitored_by.insert(reference.numbers, parent.pid);
        }
    }
    let traced_parent = parent_pid.zip(parent_slot.map(|s| &s.traced));
    let process = Process {
        heap,
        pc: code::export(mfa).address(),
        live: saved.len(),
        saved,
        context: core::ptr::null_mut(),
        slot,
        pid,
        exception: Exception::none(),
        exit_requested: false,
        trap: Trap::default(),
        mailbox: Mailbox::new(slot),
        reductions: 0,
        links,
        dictionary: Dictionary::default(),
        group_leader,
        seq_token: Term::NIL,
        seq_clock: 0,
        seq_last: 0,
        trace_frames: false,
        exit_token: None,
        meters: None,
        counted: 0,
        count_rest: Term::NIL,
        saved_calls: None,
        long_queue: false,
        flags: Flags {
            message_queue_off_heap: o.message_queue_off_heap,
            async_dist: o.async_dist,
            system: o.system,
            ..Flags::default()
        },
        priority: o.priority,
        initial_call: mfa,
        parent: parent_pid.map_or(Term::atom(atom::UNDEFINED), Term::pid),
        receive_timer: None,
        receive_timed_out: false,
        receive_forever: false,
        error_handler: atom::ERROR_HANDLER,
        label: Term::atom(atom::UNDEFINED),
        roots: Vec::new(),
        on_exit: Vec::new(),
        at_safe_point: alloc::vec::Vec::new(),
        at_rest: alloc::vec::Vec::new(),
        paused: None,
        collect_wanted: None,
        waiting: false,
        parked: false,
        started_ns: crate::platform::platform().monotonic_ns(),
    };
    let mut process = alloc::boxed::Box::new(process);
    process.reset_stack();
    if let Some(parent) = parent.as_mut().filter(|p| !p.seq_token.is_nil()) {
        trace::seq::spawning(parent, &mut process, mfa, args, o);
    }
    if let (Some(parent), Some(reply)) = (parent_pid, o.reply.as_ref().filter(|r| r.wanted)) {
        let token = trace::seq::replying(&mut process, parent, reply);
        super::deliver(parent, super::Signal::Message(token));
    }
    let process = alloc::boxed::Box::into_raw(process);
    trace::events::spawned(traced_parent, (pid, &slot.traced), mfa, args, o.link);
    let mut inbox = slot.inbox.lock();
    inbox.pid = pid;
    inbox.process = process;
    inbox.empty();
    slot.queued.store(0, Ordering::Relaxed);
    inbox.suspended = 0;
    inbox.priority = o.priority as u8;
    inbox.state = RunState::Runnable;
    slot.system.store(o.system, Ordering::Relaxed);
    table::ALIVE.fetch_add(1, Ordering::Relaxed);
    slot.alive.store(pid.data() + 1, Ordering::Release);
    crate::sched::enqueue(slot, inbox.priority);
    Ok(pid)
}

/// A fresh local reference.
#[must_use]
pub fn make_reference() -> Reference {
    use core::sync::atomic::AtomicU64;
    static NEXT: AtomicU64 = AtomicU64::new(0x2_0000);
    let n = NEXT.fetch_add(1, Ordering::Relaxed);
    // Three numbers as in OTP: the first has 18 bits, the others 32.
    Reference { numbers: [(n & 0x3_ffff) as u32, (n >> 18) as u32, (n >> 50) as u32], pid: None }
}

/// A fresh reference as a term on this process's heap.
pub fn make_ref(p: &mut Process) -> Term {
    build::reference(p, make_reference())
}
