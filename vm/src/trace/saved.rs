//! `process_flag(save_calls, N)`: a process remembers its last calls of exported functions, sends and receives, for
//! `process_info(P, last_calls)` (`save_calls` in `erl_trace.c`). While any process does, all exports lead through their
//! trampolines; when none does any more, each export that is called finds back by itself.

use crate::heap::Fragments;
use alloc::boxed::Box;
use alloc::collections::VecDeque;
use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::atom;
use crate::code::{self, Export, Mfa};
use crate::process::Process;
use crate::sched;
use crate::term::{Term, build};

/// How many processes remember.
static PROCESSES: AtomicUsize = AtomicUsize::new(0);
/// All exports lead through their trampolines.
static ARMED: AtomicBool = AtomicBool::new(false);

/// What is remembered.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Saved {
    Call(Mfa),
    Send,
    Receive,
    Timeout,
}

/// The last calls of a process.
#[derive(Debug)]
pub struct SavedCalls {
    last: VecDeque<Saved>,
    limit: usize,
}

impl SavedCalls {
    /// Room for so many; none for 0. Called by the process that asks for it, in a native: the world may stand still.
    #[must_use]
    pub fn new(limit: usize) -> Option<Box<SavedCalls>> {
        if limit == 0 {
            return None;
        }
        PROCESSES.fetch_add(1, Ordering::SeqCst);
        if !ARMED.load(Ordering::SeqCst) {
            sched::stop_the_world(|| {
                ARMED.store(true, Ordering::SeqCst);
                code::all_exports(|_| true).into_iter().for_each(Export::divert);
            });
        }
        Some(Box::new(SavedCalls { last: VecDeque::new(), limit }))
    }

    /// How many are remembered at most.
    #[must_use]
    pub fn limit(&self) -> usize {
        self.limit
    }
}

impl Drop for SavedCalls {
    fn drop(&mut self) {
        PROCESSES.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Do all exports lead through their trampolines?
pub(crate) fn is_armed() -> bool {
    ARMED.load(Ordering::SeqCst)
}

/// A call comes through this export's trampoline, where nothing else looks at it.
pub(crate) fn nobody_looks(export: &Export) {
    if PROCESSES.load(Ordering::SeqCst) == 0 {
        // First this: who begins to remember now either sees it and diverts all again, or is seen.
        ARMED.store(false, Ordering::SeqCst);
        if PROCESSES.load(Ordering::SeqCst) == 0 {
            export.look_at(false, false);
        }
    }
}

impl Process {
    /// Remembers what it does, if it is to.
    #[inline]
    pub(crate) fn save_call(&mut self, what: Saved) {
        if self.saved_calls.is_some() {
            self.save(what);
        }
    }

    /// It sends something.
    pub fn save_send(&mut self) {
        self.save_call(Saved::Send);
    }

    #[cold]
    fn save(&mut self, what: Saved) {
        if let Some(saved) = &mut self.saved_calls
            && !self.flags.sensitive
        {
            if saved.last.len() == saved.limit {
                saved.last.pop_front();
            }
            saved.last.push_back(what);
        }
    }

    /// What `process_info(P, last_calls)` tells: the newest last; false if it doesn't remember.
    pub fn last_calls(&self, heap: &mut Fragments) -> Term {
        let Some(saved) = &self.saved_calls else { return Term::bool(false) };
        saved.last.iter().rev().fold(Term::NIL, |list, call| {
            let call = match call {
                Saved::Call(m) => {
                    let name = [Term::atom(m.module), Term::atom(m.function), Term::small(i64::from(m.arity))];
                    build::tuple(heap, &name)
                }
                Saved::Send => Term::atom(atom::SEND),
                Saved::Receive => Term::atom(atom::RECEIVE),
                Saved::Timeout => Term::atom(atom::TIMEOUT),
            };
            build::cons(heap, call, list)
        })
    }
}
