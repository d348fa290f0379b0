//! Raising: finding the handler, and the instructions that raise or look at exceptions.

use super::{Class, Context, Stop, Term};
use crate::atom::{self, Atom};
use crate::code::Catch;
use crate::term::build;

/// Handles the exception that the process holds: unwinds the stack to the nearest catch and sets the context's pc;
/// false if there is none and the process ends.
/// # Safety
/// See [`super::Handler`]; the registers must have been saved.
#[cold]
#[inline(never)]
pub(super) unsafe fn handle_exception(ctx: *mut Context) -> bool {
    // SAFETY: the caller's promise.
    let ctx = unsafe { &mut *ctx };
    ctx.ensure_room(0);
    let trace = ctx.current_trace();
    let p = ctx.process();
    let Some((depth, handler)) = nearest_catch(p.heap.stack()) else {
        if ctx.process().trace_frames {
            let all = ctx.process().heap.stack_size();
            ctx.unwind_traces(all, core::ptr::null());
        }
        ctx.uncaught(trace);
        ctx.stop = Stop::Exit;
        return false;
    };
    if p.trace_frames {
        ctx.unwind_traces(depth, handler);
    }
    let p = ctx.process();
    // SAFETY: depth lies inside the stack.
    p.heap.sp = unsafe { p.heap.sp.add(depth) };
    ctx.x[0] = Term::NONE;
    ctx.x[1] = Term::atom(p.exception.class.atom());
    ctx.x[2] = p.exception.reason;
    ctx.x[3] = trace;
    p.exception = crate::process::Exception::none();
    ctx.pc = handler;
    ctx.collect_if_due(4);
    true
}

/// How many words of the stack go, and the handler of the catch in the frame that is then on top.
fn nearest_catch(stack: &[u64]) -> Option<(usize, *const u64)> {
    let mut frame = 0;
    for (i, word) in stack.iter().enumerate() {
        if word & 3 == 0 {
            frame = i + 1;
        } else if let Some(handler) = Term(*word).as_catch().and_then(Catch::handler) {
            return Some((frame, handler));
        }
    }
    None
}

impl Context {
    /// `error:{Tag, Value}`.
    pub(crate) fn error_with(&mut self, tag: Atom, value: Term) {
        let _ = self.process().error_pair(tag, value);
    }

    /// Makes room for a trace as a list.
    fn ensure_trace_room(&mut self, live: usize) {
        let need = super::stacktrace::trace_room();
        if self.process().heap.free() < need {
            self.collect(need, live);
        }
    }

    /// What `catch Expr` is after an exception: x1..x3 hold class, reason and trace.
    pub(crate) fn catch_value(&mut self) {
        self.ensure_trace_room(4);
        let (class, reason, trace) = (self.x[1], self.x[2], self.x[3]);
        let value = if class.is(atom::THROW) {
            reason
        } else {
            let reason = if class.is(atom::ERROR) {
                let trace = self.trace_to_list(trace);
                build::tuple(self.process(), &[reason, trace])
            } else {
                reason
            };
            build::tuple(self.process(), &[Term::atom(atom::EXIT_UPPER), reason])
        };
        self.x[0] = value;
        self.collect_if_due(1);
    }

    /// `raise Trace, Reason`: the exception goes on as it came, with the class that the trace remembers.
    pub(crate) fn reraise(&mut self, trace: Term, reason: Term) {
        let class = self.class_of_trace(trace);
        let p = self.process();
        p.exception.set(class, reason);
        p.exception.trace = trace;
    }

    /// `erlang:raise(x0, x1, x2)` with a raw trace; false (and `badarg` in x0) if the class is none.
    pub(crate) fn raw_raise(&mut self) -> bool {
        let Some(class) = Class::from_term(self.x[0]) else {
            self.x[0] = Term::atom(atom::BADARG);
            return false;
        };
        let (reason, trace) = (self.x[1], self.x[2]);
        let trace = self.trace_of_class(trace, class);
        let p = self.process();
        p.exception.set(class, reason);
        p.exception.trace = trace;
        true
    }

    /// The raw trace in x0 becomes a list.
    pub(crate) fn build_stacktrace(&mut self) {
        self.ensure_trace_room(1);
        self.x[0] = self.trace_to_list(self.x[0]);
        self.collect_if_due(1);
    }

    /// No catch: the process ends with the reason that links and monitors see.
    fn uncaught(&mut self, trace: Term) {
        let (class, reason) = {
            let e = &self.process().exception;
            (e.class, e.reason)
        };
        if class == Class::Exit {
            self.process().exception.set(Class::Exit, reason);
            return;
        }
        let trace = self.trace_to_list(trace);
        let p = self.process();
        let reason = if class == Class::Throw { build::tuple(p, &[Term::atom(atom::NOCATCH), reason]) } else { reason };
        let reason = build::tuple(p, &[reason, trace]);
        p.exception.set(Class::Exit, reason);
        crate::report::process_died(p, reason);
    }
}
