//! `trace_pattern`: what a session wants at the functions that a pattern means (`erts_set_trace_pattern` in
//! `erl_bif_trace.c`, `set_function_break` in `beam_bp.c`).

use alloc::sync::Arc;
use core::sync::atomic::{AtomicU64, Ordering};

use super::account::Account;
use super::points::{self, Counter, Meta, Which};
use super::session::{OnLoad, Pattern, Session};
use super::tracer::Tracer;
use crate::atom::Atom;
use crate::sync::Mutex;

/// What is to become of traces and counters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Switch {
    On,
    Off,
    /// Counters begin at nothing again.
    Restart,
    /// Counters stay as they are.
    Pause,
}

/// Which kinds of traces a pattern is about.
#[derive(Debug, Clone, Copy, Default)]
pub struct Kinds {
    /// Any of the following; without one, calls through exports are meant.
    pub breakpoint: bool,
    pub local: bool,
    pub meta: bool,
    pub call_count: bool,
    pub call_time: bool,
    pub call_memory: bool,
    pub meta_tracer: Option<Tracer>,
}

/// Changes what a session wants at some functions; answers how many there are. The world must stand still.
pub fn set(session: &Arc<Session>, which: &Which, pattern: &Pattern, switch: Switch, kinds: &Kinds) -> usize {
    let exports = points::exports(which);
    for target in &exports {
        if switch != Switch::Off && !kinds.breakpoint {
            target.change(session, |w| w.calls = Some(pattern.clone()));
        } else if switch != Switch::Off || !kinds.breakpoint {
            target.change(session, |w| w.calls = None);
        }
    }
    if switch == Switch::Off && !kinds.breakpoint {
        return exports.len();
    }
    let functions = points::functions(which);
    for target in &functions {
        // Nothing to take out where there is nothing.
        if switch != Switch::On && target.point().is_none() {
            continue;
        }
        target.change(session, |w| {
            if !kinds.breakpoint {
                (w.calls, w.meta, w.count, w.time, w.memory) = (None, None, None, None, None);
                return;
            }
            if kinds.local {
                w.calls = (switch != Switch::Off).then(|| pattern.clone());
            }
            if kinds.meta {
                let tracer = Mutex::new(kinds.meta_tracer);
                w.meta = (switch != Switch::Off).then(|| Arc::new(Meta { pattern: pattern.clone(), tracer }));
            }
            if kinds.call_count {
                w.count = counter(w.count.take(), switch, |c: &AtomicU64| c.store(0, Ordering::Relaxed));
            }
            if kinds.call_time {
                w.time = counter(w.time.take(), switch, Account::reset);
            }
            if kinds.call_memory {
                w.memory = counter(w.memory.take(), switch, Account::reset);
            }
        });
    }
    if kinds.breakpoint { functions.len() } else { exports.len() }
}

fn counter<T: Default>(old: Option<Counter<T>>, switch: Switch, reset: impl Fn(&T)) -> Option<Counter<T>> {
    match (old, switch) {
        (_, Switch::Off) => None,
        (None, Switch::On) => Some(Counter { counts: Arc::default(), active: true }),
        (None, Switch::Restart | Switch::Pause) => None,
        (Some(c), Switch::Pause) => Some(Counter { active: false, ..c }),
        (Some(c), Switch::On | Switch::Restart) => {
            reset(&c.counts);
            Some(Counter { active: true, ..c })
        }
    }
}

/// What functions of a module that was just loaded get.
pub(super) fn apply_on_load(session: &Arc<Session>, module: Atom, o: &OnLoad) {
    let which = Which::module(module);
    set(session, &which, &o.pattern, Switch::On, &Kinds { meta: false, ..o.kinds });
    if o.kinds.breakpoint && o.kinds.meta {
        let kinds = Kinds { breakpoint: true, meta: true, meta_tracer: o.kinds.meta_tracer, ..Kinds::default() };
        set(session, &which, &o.meta_pattern, Switch::On, &kinds);
    }
}
