//! Natives whose work takes more than one slice. While such a job waits for its next slice nothing of its process's is
//! collected or moved, so that it may hold terms (stock Erlang disables collections for the same purpose: `F_DISABLE_GC`).

use alloc::boxed::Box;

use super::{NativeResult, Process};
use crate::code::Mfa;
use crate::term::Term;

/// Work that can pause.
pub trait Job: 'static {
    /// Goes on while the slice lasts (see [`Process::budget`]); none when there is more to do.
    fn run(&mut self, p: &mut Process) -> Option<NativeResult>;
}

impl<F: FnMut(&mut Process) -> Option<NativeResult> + 'static> Job for F {
    fn run(&mut self, p: &mut Process) -> Option<NativeResult> {
        self(p)
    }
}

/// A job that waits, and the native that began it.
pub(crate) struct Paused {
    job: Box<dyn Job>,
    pub(crate) of: Option<Mfa>,
}

impl core::fmt::Debug for Paused {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Paused({:?})", self.of)
    }
}

impl Process {
    /// Does a job: a native's last act. What it raises is the native's own, however long it took.
    pub fn run_job(&mut self, mut job: impl Job) -> NativeResult {
        match job.run(self) {
            Some(result) => result,
            None => self.pause(Box::new(job), None),
        }
    }

    fn pause(&mut self, job: Box<dyn Job>, of: Option<Mfa>) -> NativeResult {
        self.paused = Some(Paused { job, of });
        Err(self.yield_to(go_on, &[]))
    }

    /// Must its terms stay where they are, because a native has paused that holds some?
    #[must_use]
    pub const fn is_pinned(&self) -> bool {
        self.paused.is_some()
    }
}

fn go_on(p: &mut Process, _: &[Term]) -> NativeResult {
    let Some(Paused { mut job, of }) = p.paused.take() else { return Err(p.badarg()) };
    match job.run(p) {
        Some(result) => result,
        None => p.pause(job, of),
    }
}
