//! Frames that traces put on a process's stack: a return to one of the addresses here is a return from the function
//! that was traced. Behind the address lie only immediates, so that collections and purges have nothing to do with
//! them (`return_trace`, `i_return_to_trace`, `i_return_time_trace` in `trace_instrs.tab`).

use alloc::sync::Arc;

use super::account::{self, Measure};
use super::call::META;
use super::flags;
use super::message::{self, Body};
use super::session::{self, Session};
use super::tracer::Tracer;
use crate::atom;
use crate::code::{self, Mfa};
use crate::engine::{Context, EXCEPTION_TRACE, EXIT, MEASURE_RETURN, RETURN_TO, RETURN_TRACE};
use crate::process::{Class, Process};
use crate::term::{Term, build};

/// A frame of a trace.
#[derive(Debug, Clone, Copy)]
pub(super) enum Frame {
    /// The return (or exception) of a call is told. Without a tracer the process's own is meant.
    Return { session: u64, tracer: Option<Tracer>, mfa: Mfa, exceptions: bool },
    /// It is told where a call returns to.
    ReturnTo { session: u64 },
    /// Time or memory goes to the caller again.
    Measure { session: u64, measure: Measure, depth: usize },
}

/// Words of a frame that returns are told of, its address included.
const RETURN_WORDS: usize = 6;
const RETURN_TO_WORDS: usize = 2;
const MEASURE_WORDS: usize = 4;

impl Frame {
    pub(super) fn is_return_to(&self, session: &Arc<Session>) -> bool {
        matches!(self, Frame::ReturnTo { session: s } if *s == session.id)
    }

    pub(super) fn is_measure(&self, session: &Arc<Session>, measure: Measure) -> bool {
        matches!(self, Frame::Measure { session: s, measure: m, .. } if (*s, *m) == (session.id, measure))
    }

    /// The frame that begins with these words, and its size.
    fn read(words: &[u64]) -> Option<(Frame, usize)> {
        let at = (*words.first()?) as *const u64;
        let number = |i: usize| words.get(i).map_or(0, |w| Term(*w).as_small().unwrap_or(0));
        let name = |i: usize| words.get(i).and_then(|w| Term(*w).as_atom()).unwrap_or(atom::UNDEFINED);
        let session = number(1) as u64;
        if at == RETURN_TRACE.address() || at == EXCEPTION_TRACE.address() {
            let tracer = words.get(2).and_then(|w| Tracer::from_term(Term(*w)));
            let mfa = Mfa { module: name(3), function: name(4), arity: number(5) as u32 };
            let exceptions = at == EXCEPTION_TRACE.address();
            return Some((Frame::Return { session, tracer, mfa, exceptions }, RETURN_WORDS));
        }
        if at == RETURN_TO.address() {
            return Some((Frame::ReturnTo { session }, RETURN_TO_WORDS));
        }
        if at == MEASURE_RETURN.address() {
            let (measure, depth) = (Measure::from_number(number(2)), number(3) as usize);
            return Some((Frame::Measure { session, measure, depth }, MEASURE_WORDS));
        }
        None
    }

    fn words(&self) -> smallvec::SmallVec<[u64; 6]> {
        let number = |n: u64| Term::small(n as i64).0;
        match *self {
            Frame::Return { session, tracer, mfa, exceptions } => {
                let at = if exceptions { &EXCEPTION_TRACE } else { &RETURN_TRACE };
                smallvec::smallvec![
                    at.address() as u64,
                    number(session),
                    tracer.map_or(Term::NIL, Tracer::term).0,
                    Term::atom(mfa.module).0,
                    Term::atom(mfa.function).0,
                    number(mfa.arity.into()),
                ]
            }
            Frame::ReturnTo { session } => smallvec::smallvec![RETURN_TO.address() as u64, number(session)],
            Frame::Measure { session, measure, depth } => smallvec::smallvec![
                MEASURE_RETURN.address() as u64,
                number(session),
                number(measure as u64),
                number(depth as u64),
            ],
        }
    }
}

/// Is a return address on the stack that of a trace's frame?
pub(crate) fn is_frame(address: u64) -> bool {
    [&RETURN_TRACE, &EXCEPTION_TRACE, &RETURN_TO, &MEASURE_RETURN].iter().any(|p| p.address() as u64 == address)
}

/// The frames of traces on top of the stack.
pub(super) fn on_top(p: &Process) -> impl Iterator<Item = Frame> {
    let mut rest = p.heap.stack();
    core::iter::from_fn(move || {
        let (frame, size) = Frame::read(rest)?;
        rest = rest.get(size..).unwrap_or(&[]);
        Some(frame)
    })
}

/// Where the function that was just called returns to, frames of traces left out; null where a process ends.
pub(super) fn return_address(p: &Process) -> *const u64 {
    let mut rest = p.heap.stack();
    while let Some((_, size)) = Frame::read(rest) {
        rest = rest.get(size..).unwrap_or(&[]);
    }
    match rest.first() {
        Some(w) if *w != EXIT.address() as u64 => *w as *const u64,
        _ => core::ptr::null(),
    }
}

/// Pushes a frame; so many X registers are live.
pub(super) fn push(ctx: &mut Context, live: usize, frame: &Frame) {
    let words = frame.words();
    if ctx.process().heap.free() < words.len() {
        ctx.collect(words.len(), live);
    }
    let p = ctx.process();
    p.trace_frames = true;
    // SAFETY: there is room for the words below sp.
    unsafe {
        p.heap.sp = p.heap.sp.sub(words.len());
        core::ptr::copy_nonoverlapping(words.as_ptr(), p.heap.sp, words.len());
    }
}

impl Context {
    /// A function returns into a trace's frame, whose address is gone from the stack: goes on behind the frame.
    #[inline(never)]
    pub(crate) fn traced_return(&mut self) {
        let address = core::iter::once(self.pc as u64);
        let stack = self.process().heap.stack();
        let words: smallvec::SmallVec<[u64; RETURN_WORDS]> =
            address.chain(stack.iter().copied()).take(RETURN_WORDS).collect();
        let Some((frame, size)) = Frame::read(&words) else { return };
        let p = self.process();
        // SAFETY: the frame's words and a return address are on the stack.
        unsafe { p.heap.sp = p.heap.sp.add(size - 1) };
        let value = self.x[0];
        let p = self.process();
        match frame {
            Frame::Return { .. } => frame.tell(p, atom::RETURN_FROM, value),
            Frame::ReturnTo { session } => return_to(p, session, return_address(p)),
            Frame::Measure { session, measure, depth } => account::returned(p, session, measure, depth),
        }
        self.collect_if_due(1);
        let p = self.process();
        // SAFETY: behind the frame lies the next return address.
        unsafe {
            self.pc = *p.heap.sp as *const u64;
            p.heap.sp = p.heap.sp.add(1);
        }
    }

    /// An exception passes so many words of the stack (all of it, where nobody catches it).
    pub(crate) fn unwind_traces(&mut self, depth: usize, handler: *const u64) {
        let p = self.process();
        let (mut class, mut reason) = (p.exception.class, p.exception.reason);
        if handler.is_null() && class == Class::Throw {
            // Nobody catches it: an error for all that it passes.
            class = Class::Error;
            reason = build::tuple(p, &[Term::atom(atom::NOCATCH), reason]);
        }
        // Sessions with a frame that leads right to the function with the handler.
        let (mut passed, mut closest) = (smallvec::SmallVec::<[u64; 2]>::new(), smallvec::SmallVec::new());
        let mut at = 0;
        while at < depth {
            let words = p.heap.stack();
            let Some((frame, size)) = Frame::read(&words[at..]) else {
                if words[at] & 3 == 0 && words[at] != 0 {
                    closest = core::mem::take(&mut passed);
                }
                at += 1;
                continue;
            };
            match frame {
                Frame::Return { exceptions: true, .. } => {
                    let value = exception(p, class, reason);
                    frame.tell(p, atom::EXCEPTION_FROM, value);
                }
                Frame::Return { .. } => {}
                Frame::ReturnTo { session } => passed.push(session),
                Frame::Measure { session, measure, depth } => account::unwound(p, session, measure, depth),
            }
            at += size;
        }
        if !handler.is_null() {
            for session in closest {
                return_to(p, session, handler.wrapping_add(1));
            }
        }
    }
}

fn exception(p: &mut Process, class: Class, reason: Term) -> Term {
    build::tuple(p, &[Term::atom(class.atom()), reason])
}

impl Frame {
    /// Tells of the end of the function that a frame is of.
    fn tell(&self, p: &mut Process, tag: atom::Atom, value: Term) {
        let Frame::Return { session, tracer, mfa, .. } = *self else { return };
        let (to, with) = match tracer {
            Some(t) => (t, META),
            None => {
                let Some(session) = session::find(session) else { return };
                let Some(t) = p.slot().traced.of_with(&session, flags::CALL) else { return };
                (t.tracer, t.flags)
            }
        };
        let me = Term::pid(p.pid());
        let name = [Term::atom(mfa.module), Term::atom(mfa.function), Term::small(i64::from(mfa.arity))];
        let name = build::tuple(p, &name);
        message::send(to, with, me, tag, Body::with(name, value));
    }
}

/// Tells where a call returns to.
fn return_to(p: &mut Process, session: u64, address: *const u64) {
    let Some(session) = session::find(session) else { return };
    let Some(t) = p.slot().traced.of_with(&session, flags::RETURN_TO) else { return };
    let to = match code::locate(address.wrapping_sub(usize::from(!address.is_null()))) {
        Some(l) => {
            let name = [Term::atom(l.mfa.module), Term::atom(l.mfa.function), Term::small(i64::from(l.mfa.arity))];
            build::tuple(p, &name)
        }
        None => Term::atom(atom::UNDEFINED),
    };
    message::send(t.tracer, t.flags, Term::pid(p.pid()), atom::RETURN_TO, Body::of(to));
}
