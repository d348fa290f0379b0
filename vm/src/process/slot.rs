//! The shared part of a process: a slot of the process table, reused by later processes, never freed.

use alloc::collections::VecDeque;
use core::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering};

use super::{Process, Signal};
use crate::sync::Mutex;
use crate::term::Pid;
use crate::trace::Traced;

/// Whether a process runs, wants to, or waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunState {
    /// No process in this slot.
    Free,
    /// Waits for a signal; nobody's.
    Waiting,
    /// In a run queue.
    Runnable,
    /// On a scheduler.
    Running,
    /// On a scheduler for the last time: it takes no more signals.
    Exiting,
}

/// What is guarded by the slot's lock.
#[derive(Debug)]
pub struct Inbox {
    /// The process in this slot now.
    pub pid: Pid,
    pub state: RunState,
    /// Signals that have not been fetched yet.
    pub signals: VecDeque<Signal>,
    /// How many of them are messages.
    pub(super) messages: usize,
    /// Signals that are none have come since the owner last found nothing: what they do to the queue is not known yet.
    pub(super) others: bool,
    /// The process, while no scheduler runs it.
    pub(crate) process: *mut Process,
    /// How often it has been suspended.
    pub suspended: u32,
    /// Messages only: wakes a process that waits for one.
    pub(crate) priority: u8,
}

// SAFETY: the pointer is the owner's; whoever takes it out of the inbox under the lock owns the process.
unsafe impl Send for Inbox {}

/// A slot of the process table.
#[derive(Debug)]
pub struct Slot {
    pub number: u32,
    pub inbox: Mutex<Inbox>,
    /// What `is_process_alive` and lookups read without the lock: pid data plus one, 0 for none.
    pub(crate) alive: AtomicU64,
    /// The registered name's atom number plus one; 0 for none.
    pub(crate) name: AtomicU32,
    pub(crate) system: core::sync::atomic::AtomicBool,
    /// The scheduler that alone may run it (`process_flag(scheduler, N)`), counted from 1; 0 for any.
    pub(crate) bound: AtomicUsize,
    /// Messages in the process's own queue, for who asks while it runs.
    pub(super) queued: AtomicUsize,
    /// What is traced about the process.
    pub traced: Traced,
}

impl Inbox {
    /// Of a process that is gone or new.
    pub(super) fn empty(&mut self) {
        self.signals = VecDeque::new();
        self.messages = 0;
        self.others = false;
    }
}

impl Slot {
    pub(super) fn new(number: u32) -> Slot {
        Slot {
            number,
            inbox: Mutex::new(Inbox {
                pid: Pid::new(number, 0),
                state: RunState::Free,
                signals: VecDeque::new(),
                messages: 0,
                others: false,
                process: core::ptr::null_mut(),
                suspended: 0,
                priority: 2,
            }),
            alive: AtomicU64::new(0),
            name: AtomicU32::new(0),
            system: core::sync::atomic::AtomicBool::new(false),
            bound: AtomicUsize::new(0),
            queued: AtomicUsize::new(0),
            traced: Traced::new(),
        }
    }

    /// Is this process alive (not exiting)?
    #[must_use]
    pub fn holds(&self, pid: Pid) -> bool {
        self.alive.load(Ordering::Acquire) == pid.data() + 1
    }

    /// How many messages a process has, those on their way to it included; nothing when only it can say.
    #[must_use]
    pub fn message_queue_len(&self, pid: Pid) -> Option<usize> {
        let inbox = self.inbox.lock();
        let knows = inbox.pid == pid && !inbox.others && !matches!(inbox.state, RunState::Free | RunState::Exiting);
        knows.then(|| self.queued.load(Ordering::Relaxed) + inbox.messages)
    }

    /// Looks at the process in this slot, and the signals on their way to it, while its inbox is locked; nothing while a
    /// scheduler runs it.
    pub fn peek<R>(&self, look: impl FnOnce(&Process, &Inbox) -> R) -> Option<R> {
        let inbox = self.inbox.lock();
        // SAFETY: a process that lies in its inbox is nobody's else as long as the inbox is locked.
        let process = unsafe { inbox.process.as_ref() }?;
        Some(look(process, &inbox))
    }

    /// Was it made by `spawn_system_process`?
    #[must_use]
    pub fn is_system(&self) -> bool {
        self.system.load(Ordering::Relaxed)
    }

    /// The registered name.
    #[must_use]
    pub fn registered_name(&self) -> Option<crate::atom::Atom> {
        match self.name.load(Ordering::Acquire) {
            0 => None,
            n => Some(crate::atom::Atom(n - 1)),
        }
    }
}
