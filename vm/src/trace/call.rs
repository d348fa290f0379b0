//! What happens at a breakpoint: the call is told, counted, timed; frames on the stack catch its return
//! (`erts_generic_breakpoint` in `beam_bp.c`, `erts_call_trace` in `erl_trace.c`).

use alloc::sync::Arc;

use smallvec::SmallVec;

use super::account::{self, Account, Measure};
use super::flags::{self, Flags};
use super::frames::{self, Frame};
use super::host::TraceHost;
use super::message::{self, Body};
use super::points::{Point, Watch};
use super::session::{Pattern, Session};
use super::tracer::Tracer;
use crate::atom;
use crate::code::Mfa;
use crate::engine::Context;
use crate::match_spec::{Matcher, Subject};
use crate::platform::platform;
use crate::term::{Term, build};

/// A meta trace has these flags, whatever the process's are.
pub(super) const META: Flags = flags::CALL | flags::TIMESTAMP;

/// What a call trace leaves to be done.
#[derive(Default)]
struct After {
    return_trace: bool,
    exception_trace: bool,
    return_to: bool,
}

/// A call in progress.
struct Call<'a> {
    mfa: Mfa,
    local: bool,
    args: SmallVec<[Term; 8]>,
    session: &'a Arc<Session>,
}

/// The function at a point is called; its arguments are in the X registers.
pub(crate) fn entered(ctx: &mut Context, point: &Point, local: bool) {
    // What looking at the call costs counts as the function's own time.
    let now = if point.watches.iter().any(|w| w.time.is_some()) { platform().monotonic_ns() } else { 0 };
    for watch in &point.watches {
        if watch.session.is_alive() {
            watched(ctx, point.mfa, watch, local, now);
        }
    }
}

fn watched(ctx: &mut Context, mfa: Mfa, watch: &Watch, local: bool, now: u64) {
    let traced = &ctx.process().slot().traced;
    let calls = traced.has(flags::CALL) && traced.of_with(&watch.session, flags::CALL).is_some();
    if calls && let Some(pattern) = &watch.calls {
        call_trace(ctx, mfa, watch, local, pattern, None);
    }
    if let Some(meta) = &watch.meta {
        let tracer = *meta.tracer.lock();
        match tracer {
            Some(t) if !t.is_alive() => *meta.tracer.lock() = None,
            Some(t) => call_trace(ctx, mfa, watch, local, &meta.pattern, Some(t)),
            None => {}
        }
    }
    if let Some(count) = watch.count.as_ref().filter(|c| c.active) {
        count.counts.fetch_add(1, core::sync::atomic::Ordering::Relaxed);
    }
    if calls {
        if let Some(c) = watch.time.as_ref().filter(|c| c.active) {
            measured(ctx, mfa, &watch.session, Measure::Time, &c.counts, now);
        }
        if let Some(c) = watch.memory.as_ref().filter(|c| c.active) {
            let now = Measure::Memory.read(ctx.process());
            measured(ctx, mfa, &watch.session, Measure::Memory, &c.counts, now);
        }
    }
}

/// Tells of a call, and puts frames on the stack for its return. `meta`: who gets a meta trace.
fn call_trace(ctx: &mut Context, mfa: Mfa, watch: &Watch, local: bool, pattern: &Pattern, meta: Option<Tracer>) {
    let args = arguments(ctx, mfa.arity as usize);
    let call = Call { mfa, local, args, session: &watch.session };
    let after = call.tell(ctx, pattern, meta);
    let live = mfa.arity as usize;
    if after.return_to && !frames::on_top(ctx.process()).any(|f| f.is_return_to(&watch.session)) {
        frames::push(ctx, live, &Frame::ReturnTo { session: watch.session.id });
    }
    if after.return_trace || after.exception_trace {
        let frame = Frame::Return { session: watch.session.id, tracer: meta, mfa, exceptions: after.exception_trace };
        frames::push(ctx, live, &frame);
    }
}

/// The arguments; a binary that is being matched shows what is left of it.
fn arguments(ctx: &mut Context, arity: usize) -> SmallVec<[Term; 8]> {
    let args: SmallVec<[Term; 8]> = ctx.x[..arity].iter().copied().collect();
    let p = ctx.process();
    args.into_iter().map(|t| crate::engine::unmatched(p, t)).collect()
}

impl Call<'_> {
    fn tell(&self, ctx: &mut Context, pattern: &Pattern, meta: Option<Tracer>) -> After {
        let p = ctx.process();
        let me = Term::pid(p.pid());
        let traced = &p.slot().traced;
        let tracer = match meta {
            Some(_) if traced.is_sensitive() => return After::default(),
            Some(tracer) => tracer,
            None => match traced.of_with(self.session, flags::CALL) {
                Some(t) => t.tracer,
                None => return After::default(),
            },
        };
        if tracer.term() == me {
            return After::default();
        }
        let mut after = After::default();
        let mut result = Term::bool(true);
        if let Some(spec) = pattern {
            let caller = frames::return_address(p);
            let mut host = TraceHost { p, session: self.session, caller };
            match Matcher::new(&spec.program).run(&mut host, Subject::Arguments(&self.args)) {
                Some(m) => {
                    after.return_trace = m.return_trace;
                    after.exception_trace = m.exception_trace;
                    result = m.value;
                }
                None => result = Term::bool(false),
            }
        }
        // The specification may have changed them.
        let with = match meta {
            Some(_) => META,
            None => traced.of(self.session).map_or(0, |t| t.flags),
        };
        if meta.is_none() && with & flags::SILENT != 0 {
            return After::default();
        }
        if result.is(atom::FALSE) {
            return after;
        }
        after.return_to = meta.is_none() && self.local && with & flags::RETURN_TO != 0;
        let p = ctx.process();
        let args =
            if with & flags::ARITY != 0 { Term::small(i64::from(self.mfa.arity)) } else { build::list(p, &self.args) };
        let what = build::tuple(p, &[Term::atom(self.mfa.module), Term::atom(self.mfa.function), args]);
        message::send(tracer, with, me, atom::CALL, Body { message: what, extra: None, result });
        after
    }
}

/// A function whose time or memory is measured is called.
fn measured(ctx: &mut Context, mfa: Mfa, session: &Arc<Session>, measure: Measure, account: &Arc<Account>, now: u64) {
    let p = ctx.process();
    // A call in tail position returns with the frame of the function that made it.
    let frame = !frames::on_top(p).any(|f| f.is_measure(session, measure));
    let depth = account::called(p, session.id, measure, account, frame, now);
    if frame {
        frames::push(ctx, mfa.arity as usize, &Frame::Measure { session: session.id, measure, depth });
    }
}
