//! How much natives do before they pause. What a process's reductions pay for is the limit; OTP's tests lower it with
//! `erts_debug:set_internal_state(binary_loop_limit, N)` and its kin, so that small inputs show what pauses do.

use core::sync::atomic::{AtomicUsize, Ordering};

use joist_vm::process::Process;

/// A limit of a group of natives; 0 for none.
pub(crate) struct Limit(AtomicUsize);

pub(crate) static BINARY: Limit = Limit(AtomicUsize::new(0));
pub(crate) static RE: Limit = Limit(AtomicUsize::new(0));
pub(crate) static UNICODE: Limit = Limit(AtomicUsize::new(0));

impl Limit {
    /// Sets it; answers the old one.
    pub(crate) fn set(&self, new: usize) -> usize {
        self.0.swap(new, Ordering::Relaxed)
    }

    /// How much may be done now, at `rate` for one reduction.
    pub(crate) fn budget(&self, p: &Process, rate: usize) -> usize {
        let paid = budget(p, rate);
        match self.0.load(Ordering::Relaxed) {
            0 => paid,
            limit => paid.min(limit),
        }
    }
}

/// How much the process's reductions pay for, at `rate` for one of them; at least 1.
pub(crate) fn budget(p: &Process, rate: usize) -> usize {
    usize::try_from(p.budget()).unwrap_or(0).max(1) * rate
}
