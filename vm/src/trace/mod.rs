//! Tracing: what `erlang:trace/3`, `trace_pattern/3` and the `trace` module of OTP 27 do. Read beside it:
//! `erl_bif_trace.c`, `erl_trace.c`, `beam_bp.c`, and the documentation of `erlang:trace/3`.
//!
//! What is traced about a process lies in its slot ([`Traced`]), so that everybody may change it and the process itself
//! looks at one word. Calls are looked at by breakpoints ([`points`]), so that untraced code has nothing to look at.

mod account;
pub(crate) mod call;
pub mod events;
pub mod flags;
mod frames;
mod host;
pub mod message;
pub mod monitor;
pub mod patterns;
pub mod points;
pub mod ports;
pub mod profile;
pub(crate) mod saved;
pub mod seq;
pub mod session;
mod tracee;
mod tracer;

pub use account::Account;
pub(crate) use account::{Meters, slice_begins, slice_ends};
pub(crate) use frames::is_frame;
pub use host::{flag_list, tracer_of};
pub use saved::SavedCalls;
pub use session::{Handle, Messages, OnLoad, Pattern, Session, Spec};
pub use tracee::{AlreadyTraced, Trace, Traced};
pub use tracer::Tracer;

use alloc::sync::Arc;
use core::sync::atomic::{AtomicBool, Ordering};

use crate::atom::Atom;
use crate::process;

/// Forgets what sessions that have ended wanted. The caller runs a process.
pub fn tidy() {
    if session::any_ended() {
        crate::sched::stop_the_world(sweep);
    }
}

fn sweep() {
    if session::forget_ended() {
        process::each_slot(|slot| slot.traced.sweep());
        for port in crate::port::all().into_iter().filter_map(crate::port::lookup) {
            port.traced.sweep();
        }
        points::sweep();
    }
}

/// Notes what sessions want of processes and ports made later.
pub fn settings_changed(session: &Arc<Session>) {
    debug_assert!(session.is_alive());
    session::note_new();
}

/// Did any session say what functions of modules loaded later get?
static ON_LOAD: AtomicBool = AtomicBool::new(false);

/// Sets what functions of modules loaded later get.
pub fn set_on_load(session: &Session, on_load: OnLoad) {
    session.settings.lock().on_load = on_load;
    let on = session::all().iter().any(|s| s.settings.lock().on_load.on);
    ON_LOAD.store(on, Ordering::Release);
}

/// A module has been loaded: its functions get what sessions said.
pub(crate) fn module_loaded(name: Atom) {
    if !ON_LOAD.load(Ordering::Acquire) {
        return;
    }
    for session in session::all() {
        let on_load = session.settings.lock().on_load.clone();
        if on_load.on {
            crate::sched::stop_the_world(|| patterns::apply_on_load(&session, name, &on_load));
        }
    }
}
