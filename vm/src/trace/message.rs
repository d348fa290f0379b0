//! Trace messages: `{trace, Tracee, Tag, Message [, Extra] [, MatchResult] [, Scheduler]}`, and `trace_ts` with a
//! timestamp at the end (`trace/5` in `erl_tracer_nif.c`).

use core::sync::atomic::{AtomicBool, Ordering};

use smallvec::SmallVec;

use super::flags::{self, Flags};
use super::tracer::Tracer;
use crate::atom::{self, Atom};
use crate::clock;
use crate::heap::{Fragments, copy};
use crate::platform::platform;
use crate::term::{Term, build};

/// `cpu_timestamp` is on: timestamps are of the processor's time.
static CPU_TIMESTAMP: AtomicBool = AtomicBool::new(false);

/// Switches `cpu_timestamp`.
pub fn set_cpu_timestamp(on: bool) {
    CPU_TIMESTAMP.store(on, Ordering::Relaxed);
}

/// The body of a message: what comes behind the tag.
#[derive(Debug, Clone, Copy)]
pub struct Body {
    pub message: Term,
    pub extra: Option<Term>,
    /// What a match specification said; `true` is not told.
    pub result: Term,
}

impl Body {
    /// Only this.
    #[must_use]
    pub const fn of(message: Term) -> Body {
        Body { message, extra: None, result: Term::bool(true) }
    }

    /// This, and something more.
    #[must_use]
    pub const fn with(message: Term, extra: Term) -> Body {
        Body { message, extra: Some(extra), result: Term::bool(true) }
    }
}

/// Sends a trace message; flags say which timestamp it gets.
pub fn send(to: Tracer, with: Flags, tracee: Term, tag: Atom, body: Body) {
    to.send(|h| {
        let mut parts: SmallVec<[Term; 8]> = SmallVec::new();
        parts.extend([Term::atom(atom::TRACE), tracee, Term::atom(tag), copy(h, body.message)]);
        if let Some(extra) = body.extra {
            parts.push(copy(h, extra));
        }
        if !body.result.is(atom::TRUE) {
            parts.push(copy(h, body.result));
        }
        if with & flags::SCHEDULER_ID != 0 {
            parts.push(scheduler());
        }
        if let Some(time) = timestamp(h, with) {
            parts[0] = Term::atom(atom::TRACE_TS);
            parts.push(time);
        }
        build::tuple(h, &parts)
    });
}

fn scheduler() -> Term {
    Term::small(platform().current_scheduler().map_or(0, |n| n as i64 + 1))
}

/// The timestamp that flags ask for.
pub(super) fn timestamp(h: &mut Fragments, with: Flags) -> Option<Term> {
    if with & flags::TIMESTAMP != 0 {
        let us = if CPU_TIMESTAMP.load(Ordering::Relaxed) {
            platform().cpu_time_ns() as i64 / 1000
        } else {
            clock::unique_us()
        };
        return Some(clock::timestamp(h, us));
    }
    if with & flags::STRICT_MONOTONIC != 0 {
        let time = [build::integer(h, clock::monotonic()), build::integer(h, clock::unique())];
        return Some(build::tuple(h, &time));
    }
    (with & flags::MONOTONIC != 0).then(|| build::integer(h, clock::monotonic()))
}
