//! Entering the engine: back ends, and the few instructions that the VM itself plants.

use core::sync::atomic::{AtomicU8, Ordering};

use super::{Context, Stop, first, instruction};
use crate::process::{Outcome, Process};
use crate::sched::SLICE;

/// How instructions are dispatched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Backend {
    /// Handlers that jump to each other.
    Threaded,
    /// One loop around a match: for debug builds, where jumps between handlers are calls.
    MatchLoop,
}

const DEFAULT: Backend = if cfg!(debug_assertions) { Backend::MatchLoop } else { Backend::Threaded };
static BACKEND: AtomicU8 = AtomicU8::new(DEFAULT as u8);

/// The back end in use.
pub fn backend() -> Backend {
    if BACKEND.load(Ordering::Relaxed) == Backend::Threaded as u8 { Backend::Threaded } else { Backend::MatchLoop }
}

/// Chooses the back end; before any code is made.
pub fn set_backend(b: Backend) {
    BACKEND.store(b as u8, Ordering::Relaxed);
}

/// Code of one instruction, with an arity of 0 before it.
pub(crate) struct Planted {
    variant: usize,
    code: spin::Once<[u64; 2]>,
}

impl Planted {
    const fn new(variant: usize) -> Planted {
        Planted { variant, code: spin::Once::new() }
    }

    /// The instruction's address.
    pub(crate) fn address(&'static self) -> *const u64 {
        &raw const self.code.call_once(|| [0, instruction(self.variant)])[1]
    }
}

/// Where the first function of a process returns to.
pub(crate) static EXIT: Planted = Planted::new(first::EXIT_PROCESS);
/// Where a process goes on whose native yielded.
pub(crate) static RESUME: Planted = Planted::new(first::RESUME_NATIVE);

/// Where functions return to whose return is traced; each marks a frame of its own kind (see `trace::frames`).
pub(crate) static RETURN_TRACE: Planted = Planted::new(first::TRACED_RETURN);
pub(crate) static EXCEPTION_TRACE: Planted = Planted::new(first::TRACED_RETURN);
pub(crate) static RETURN_TO: Planted = Planted::new(first::TRACED_RETURN);
pub(crate) static MEASURE_RETURN: Planted = Planted::new(first::TRACED_RETURN);

/// Runs a process for a slice.
pub(crate) fn run(ctx: &mut Context, p: &mut Process) -> Stop {
    ctx.p = p;
    ctx.reductions = SLICE;
    // Signals may ask where it is.
    ctx.pc = p.pc;
    if p.handle_signals_parked() == Outcome::Exit {
        return Stop::Exit;
    }
    p.safe_point();
    if p.slot.inbox.lock().suspended > 0 {
        return Stop::Suspend;
    }
    if core::mem::replace(&mut p.exit_requested, false) {
        return Stop::Exit;
    }
    if p.flags.hibernating && p.mailbox.is_empty() {
        // A signal that is no message woke it: what its answer was made of goes.
        if !p.is_pinned() && p.heap.total_size() > p.heap.packed_size() {
            p.pack(0);
        }
        return Stop::Wait;
    }
    if core::mem::replace(&mut p.flags.hibernating, false) {
        p.heap.unpack();
    }
    if !p.is_pinned()
        && let Some(major) = p.collect_wanted.take()
    {
        p.collect(0, 0, major);
    }
    ctx.x[..p.live].copy_from_slice(&p.saved[..p.live]);
    p.saved.clear();
    ctx.pc = p.pc;
    ctx.stop = Stop::Yield;
    ctx.again = core::ptr::null();
    let ctx: *mut Context = ctx;
    // SAFETY: the context's process is owned by this thread, its registers have just been restored.
    unsafe {
        match backend() {
            Backend::Threaded => {
                let p = (*ctx).p;
                let pc = (*ctx).pc;
                super::handler(pc)(pc, ctx, (*p).heap.sp, (*p).heap.hp, (*ctx).reductions);
            }
            Backend::MatchLoop => super::match_loop::run_loop(ctx),
        }
        (*ctx).stop
    }
}
