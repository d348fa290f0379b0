//! What a scheduler runs, for the report of a failure: it waits for no lock and allocates nothing.

use core::fmt::{self, Write};
use core::sync::atomic::{AtomicPtr, Ordering};

use crate::code;
use crate::engine::Context;

/// As many as there can be schedulers.
const MOST: usize = 64;

/// Words of the stack that are looked at.
const CALLERS: usize = 64;

static CONTEXTS: [AtomicPtr<Context>; MOST] = [const { AtomicPtr::new(core::ptr::null_mut()) }; MOST];

/// Enters a scheduler's context, which is never freed.
pub(super) fn enter(id: usize, context: &mut Context) {
    if let Some(slot) = CONTEXTS.get(id) {
        slot.store(context, Ordering::Release);
    }
}

/// Writes which process a scheduler runs, what it began as and in which function it was last seen to be.
/// # Errors
/// As the writer says.
pub fn describe(scheduler: usize, out: &mut dyn Write) -> fmt::Result {
    let context = CONTEXTS.get(scheduler).map_or(core::ptr::null_mut(), |c| c.load(Ordering::Acquire));
    if context.is_null() {
        return write!(out, "no scheduler");
    }
    // SAFETY: contexts are never freed. Their CPU is the one that reports or has been stopped, and the process
    // pointer is null when none runs.
    let (process, pc) = unsafe { ((*context).p, (*context).pc) };
    if process.is_null() {
        return write!(out, "no process");
    }
    // SAFETY: as above; a process that runs is alive.
    let (pid, slot, initial) = unsafe { ((*process).pid, (*process).slot, (*process).initial_call) };
    write!(out, "process <0.{}.{}>", pid.number(), pid.serial())?;
    if let Some(name) = slot.registered_name() {
        write!(out, " ({})", name.text())?;
    }
    write!(out, ", spawned as {}", Function(&initial))?;
    // A native's own stub lies in no module: then it is whoever called it.
    // SAFETY: as above; the stack lies in the process's young block.
    let callers = unsafe { (*process).heap.stack() }.iter().take(CALLERS).filter(|w| **w & 3 == 0);
    let mut places = core::iter::once(pc).chain(callers.map(|w| *w as *const u64));
    match places.find_map(code::try_function_at) {
        Some(mfa) => write!(out, ", in {}", Function(&mfa)),
        None => Ok(()),
    }
}

/// `module:function/arity`
struct Function<'a>(&'a code::Mfa);

impl fmt::Display for Function<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}/{}", self.0.module.text(), self.0.function.text(), self.0.arity)
    }
}
