//! A scheduler's context: the X and float registers, the process that runs, and the registers that are saved around
//! slow paths.

use alloc::boxed::Box;

use super::Term;
use crate::process::Process;

/// Why the engine stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// The slice is over.
    Yield,
    /// The process waits for a signal.
    Wait,
    /// It has been suspended: it waits to be resumed.
    Suspend,
    /// The process ends; its exception says why.
    Exit,
}

/// What follows a call of a native.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum After {
    /// The result is in x0.
    Next,
    /// Go on at the context's pc.
    Jump,
    /// The process holds an exception.
    Raise,
    /// Leave the engine.
    Stop,
}

/// What `loop_rec` found.
pub(crate) enum Peek {
    Message(Term),
    None,
    Exit,
}

/// How far `length` came.
pub(crate) enum Counted {
    Known(Term),
    /// It is no proper list.
    Fails,
    /// It goes on in the next slice.
    Later,
}

/// What `wait_timeout` does.
pub(crate) enum Wait {
    TimedOut,
    Sleep,
    Raise,
}

/// X registers that code may use; a few more are scratch for natives' arguments.
pub(crate) const X_REGISTERS: usize = 1024;
pub(crate) const F_REGISTERS: usize = 1024;
/// The most arguments of a guard native.
pub(crate) const SCRATCH: usize = 8;

/// A scheduler's registers. The X registers come first: handlers address them from the context's own address.
#[repr(C)]
pub struct Context {
    pub(crate) x: [Term; X_REGISTERS],
    pub(crate) f: [f64; F_REGISTERS],
    pub(crate) p: *mut Process,
    pub(crate) pc: *const u64,
    pub(crate) reductions: i64,
    pub(crate) stop: Stop,
    /// The instruction that is being done anew, so that a breakpoint there has looked already.
    pub(crate) again: *const u64,
    pub(crate) scratch: [Term; SCRATCH],
    /// The binary that `bs_put` instructions of older compilers fill: its bytes, the next bit, the end.
    pub(crate) filling: *mut u8,
    pub(crate) filled: usize,
    pub(crate) filling_end: usize,
    /// The scheduler's number.
    pub scheduler: usize,
}

/// Words that most natives get by with.
const NATIVE_ROOM: usize = 100;

impl Context {
    /// The context of a scheduler.
    #[must_use]
    pub fn new(scheduler: usize) -> Box<Context> {
        Box::new(Context {
            x: [Term::NIL; X_REGISTERS],
            f: [0.0; F_REGISTERS],
            p: core::ptr::null_mut(),
            pc: core::ptr::null(),
            reductions: 0,
            stop: Stop::Yield,
            again: core::ptr::null(),
            scratch: [Term::NIL; SCRATCH],
            filling: core::ptr::null_mut(),
            filled: 0,
            filling_end: 0,
            scheduler,
        })
    }

    /// The process that runs on this context.
    #[inline(always)]
    pub(crate) fn process(&mut self) -> &'static mut Process {
        // SAFETY: set while a process runs; the thread that runs the context owns the process, and the engine makes
        // no two of these overlap in use.
        unsafe { &mut *self.p }
    }

    /// Collects garbage; `live` X registers are roots.
    #[cold]
    #[inline(never)]
    pub(crate) fn collect(&mut self, need: usize, live: usize) {
        let p = self.process();
        p.collect(need, live, false);
    }

    /// Makes room before a native runs, so that what it builds rarely needs fragments.
    #[inline]
    pub(crate) fn ensure_room(&mut self, live: usize) {
        if self.process().heap.free() < NATIVE_ROOM {
            self.collect(NATIVE_ROOM * 2, live);
        }
    }

    /// Collects if natives have allocated much beside the heap.
    #[inline]
    pub(crate) fn collect_if_due(&mut self, live: usize) {
        if self.process().heap.is_due() {
            self.collect(0, live);
        }
    }

    /// Ends the slice: the process goes on at `to` with that many X registers.
    pub(crate) fn yield_live(&mut self, to: *const u64, live: usize) {
        self.save(to, live);
        self.stop = Stop::Yield;
    }

    /// Ends the slice at a function's entry: its arity stands before it.
    pub(crate) fn yield_at(&mut self, to: *const u64) {
        // SAFETY: entries of functions, exports and funs have their arity in the word before.
        let live = unsafe { *to.sub(1) } as usize;
        self.yield_live(to, live);
    }

    pub(crate) fn save(&mut self, to: *const u64, live: usize) {
        let p = self.process();
        p.pc = to;
        p.live = live;
        p.saved.clear();
        p.saved.extend_from_slice(&self.x[..live]);
    }
}

impl core::fmt::Debug for Context {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Context({})", self.scheduler)
    }
}
