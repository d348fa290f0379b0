//! Who waits for one direction of a socket: the one whose turn it is, and those behind (`ESockRequestor` and its queues
//! in `prim_socket_nif.c`).

use alloc::collections::VecDeque;

use joist_vm::heap::OwnedTerm;
use joist_vm::term::compare::exact_eq;
use joist_vm::term::{Pid, Term};

/// A process with an operation that could not be done at once.
pub(super) struct Requestor {
    pub pid: Pid,
    /// What it knows the operation by.
    pub reference: OwnedTerm,
}

impl Requestor {
    pub fn new(pid: Pid, reference: Term) -> Requestor {
        Requestor { pid, reference: OwnedTerm::new(reference) }
    }
}

/// The requestors of one kind of operation.
#[derive(Default)]
pub(super) struct Queue {
    pub current: Option<Requestor>,
    waiting: VecDeque<Requestor>,
    /// The current one is to be told when it can try again.
    pub selected: bool,
    /// It waits for output.
    pub output: bool,
}

/// What became of a wish to cancel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cancelled {
    Done,
    /// It was told already: the message is there.
    Sent,
    NotFound,
}

/// May a process try now?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    Yes,
    /// Another is before it; it is not in the queue.
    Behind,
    /// It waits in the queue already.
    Queued,
}

impl Queue {
    /// Of operations that wait for output.
    pub fn of_output() -> Queue {
        Queue { output: true, ..Queue::default() }
    }

    pub fn turn(&self, pid: Pid) -> Turn {
        match &self.current {
            Some(current) if current.pid != pid => {
                if self.waiting.iter().any(|r| r.pid == pid) {
                    Turn::Queued
                } else {
                    Turn::Behind
                }
            }
            _ => Turn::Yes,
        }
    }

    pub fn enqueue(&mut self, pid: Pid, reference: Term) {
        self.waiting.push_back(Requestor::new(pid, reference));
    }

    /// The process has the turn, and (perhaps) waits to be told.
    pub fn hold(&mut self, pid: Pid, reference: Term, selected: bool) {
        self.current = Some(Requestor::new(pid, reference));
        self.selected = selected;
    }

    /// The current operation is over; the next one is to be told when it can try.
    pub fn next(&mut self) {
        self.current = self.waiting.pop_front();
        self.selected = self.current.is_some();
    }

    /// The one that is to be told now, if any.
    pub fn ready(&mut self) -> Option<&Requestor> {
        if core::mem::take(&mut self.selected) { self.current.as_ref() } else { None }
    }

    /// All that wait to be told; nobody waits any more.
    pub fn abort(&mut self) -> impl Iterator<Item = Requestor> {
        let told = core::mem::take(&mut self.selected);
        let current = self.current.take().filter(|_| told);
        current.into_iter().chain(core::mem::take(&mut self.waiting))
    }

    pub fn waiting(&self) -> usize {
        self.waiting.len() + usize::from(self.current.is_some())
    }

    /// Takes an operation back; then the next has its turn (see [`Queue::next`]).
    pub fn cancel(&mut self, pid: Pid, reference: Term) -> (Cancelled, bool) {
        match &self.current {
            Some(r) if r.pid == pid => {
                if !exact_eq(r.reference.get(), reference) {
                    return (Cancelled::NotFound, false);
                }
                (if self.selected { Cancelled::Done } else { Cancelled::Sent }, true)
            }
            _ => {
                let before = self.waiting.len();
                self.waiting.retain(|r| r.pid != pid || !exact_eq(r.reference.get(), reference));
                (if self.waiting.len() < before { Cancelled::Done } else { Cancelled::NotFound }, false)
            }
        }
    }

    /// A process is gone; true if it had the turn.
    pub fn forget(&mut self, pid: Pid) -> bool {
        self.waiting.retain(|r| r.pid != pid);
        self.current.as_ref().is_some_and(|r| r.pid == pid)
    }
}
