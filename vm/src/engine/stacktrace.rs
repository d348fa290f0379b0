//! Stack traces: taken raw when an exception is raised (a tuple of addresses, the frame of a native, arguments), made
//! into the list that Erlang shows only when somebody looks (`save_stacktrace`, `build_stacktrace` in
//! `beam_common.c`).

use core::sync::atomic::{AtomicUsize, Ordering};

use super::{Class, Context, Term};
use crate::atom::{self, Atom};
use crate::code::{self, Location};
use crate::map;
use crate::process::Process;
use crate::term::{Alloc, Header, Tag, build};

static DEPTH: AtomicUsize = AtomicUsize::new(8);

/// Sets how many frames a trace has (`system_flag(backtrace_depth, N)`); answers the depth before.
pub fn set_backtrace_depth(depth: usize) -> usize {
    DEPTH.swap(depth, Ordering::Relaxed)
}

/// How many frames a trace has.
#[must_use]
pub fn backtrace_depth() -> usize {
    DEPTH.load(Ordering::Relaxed)
}

/// The raw trace: {class, addresses, native's module, function, arguments, error info, cause}.
const RAW: usize = 7;
/// Words that a trace takes when it is made into a list, for each frame: the frame, its place, two cells.
const FRAME_WORDS: usize = 17;

/// Words that a trace as a list may take, `error_info` included.
pub(super) fn trace_room() -> usize {
    40 + FRAME_WORDS * (DEPTH.load(Ordering::Relaxed) + 1)
}

impl Context {
    /// The trace of the exception that the process holds: its own, or taken from the stack now. Most traces are never
    /// looked at, so this only writes down what is at hand.
    pub(crate) fn current_trace(&mut self) -> Term {
        let pc = self.pc;
        let p = self.process();
        if !p.exception.trace.is_none() {
            return p.exception.trace;
        }
        let depth = DEPTH.load(Ordering::Relaxed);
        let mut addresses: smallvec::SmallVec<[u64; 16]> = smallvec::SmallVec::new();
        addresses.push(pc as u64);
        // A return address is behind its call; the word before lies in it. Nulls and the end of the process go, and
        // a function that calls itself shows once.
        let end = super::EXIT.address() as u64;
        let mut last = end;
        let traced = p.trace_frames;
        let returns = p.heap.stack().iter().copied().filter(|w| *w & 3 == 0 && *w != 0 && *w != end);
        let returns = returns.filter(|w| !(traced && crate::trace::is_frame(*w)));
        let unlike = returns.filter(|w| core::mem::replace(&mut last, *w) != *w);
        addresses.extend(unlike.take(depth).map(|w| w - 8));
        let n = addresses.len();
        let blob = p.alloc(1 + n + 1 + RAW);
        let e = &p.exception;
        let (module, function) =
            e.mfa.map_or((Term::NIL, Term::NIL), |m| (Term::atom(m.module), Term::atom(m.function)));
        // 0 stands for what there is not: an empty list would be a list of no arguments.
        let or_zero = |t: Term| if t.is_none() { Term::small(0) } else { t };
        // SAFETY: fresh words for a number of n limbs, and for a tuple behind it.
        unsafe {
            *blob = Header::new(Tag::PosBig, n).0;
            core::ptr::copy_nonoverlapping(addresses.as_ptr(), blob.add(1), n);
            let tuple = blob.add(1 + n);
            *tuple = Header::new(Tag::Tuple, RAW).0;
            tuple.add(1).cast::<[Term; RAW]>().write([
                Term::atom(e.class.atom()),
                Term::boxed(blob),
                module,
                function,
                or_zero(e.args),
                or_zero(e.info),
                or_zero(e.cause),
            ]);
            Term::boxed(tuple)
        }
    }

    /// The class of the exception that a trace belongs to.
    pub(crate) fn class_of_trace(&mut self, trace: Term) -> Class {
        trace.as_tuple().and_then(|t| Class::from_term(*t.first()?)).unwrap_or(Class::Error)
    }

    /// The trace as that of an exception of another class.
    pub(super) fn trace_of_class(&mut self, trace: Term, class: Class) -> Term {
        match trace.as_tuple() {
            Some([was, rest @ ..]) if !was.is(class.atom()) && Class::from_term(*was).is_some() => {
                let words: smallvec::SmallVec<[Term; RAW]> =
                    core::iter::once(Term::atom(class.atom())).chain(rest.iter().copied()).collect();
                build::tuple(self.process(), &words)
            }
            _ => trace,
        }
    }

    /// A trace as a list.
    pub(crate) fn trace_to_list(&mut self, trace: Term) -> Term {
        stacktrace_of(self.process(), trace)
    }
}

/// `error_info` of a native's exception: which module explains it.
fn error_info(p: &mut Process, native: Atom, cause: Term) -> Option<Term> {
    let module = match native.text() {
        "erlang" | "atomics" | "counters" | "persistent_term" | "erts_internal" => atom::ERL_ERTS_ERRORS,
        "binary" | "ets" | "lists" | "maps" | "math" | "re" | "unicode" | "io" => atom::ERL_STDLIB_ERRORS,
        "os" | "code" => atom::ERL_KERNEL_ERRORS,
        _ => return None,
    };
    let module = (Term::atom(atom::MODULE), Term::atom(module));
    Some(if cause.is_small() {
        map::from_pairs(p, &[module])
    } else {
        map::from_pairs(p, &[(Term::atom(atom::CAUSE), cause), module])
    })
}

/// A trace, raw or not, as a list on the process's heap.
pub fn stacktrace_of(p: &mut Process, trace: Term) -> Term {
    // erlang:raise/3 gave a list, wrapped with the class.
    if let Some([_, list]) = trace.as_tuple_of::<2>() {
        return *list;
    }
    let Some([_, blob, module, function, args, info, cause]) = trace.as_tuple_of::<RAW>() else {
        return if trace.is_list() { trace } else { Term::NIL };
    };
    let Some((_, addresses)) = blob.as_big() else { return Term::NIL };
    let mut info = if info.is_small() { None } else { Some(*info) };
    let mut frames: smallvec::SmallVec<[Term; 16]> = smallvec::SmallVec::new();
    let mut args = *args;
    if let Some(native) = module.as_atom() {
        let info = info.take().or_else(|| error_info(p, native, *cause));
        let place = info_list(p, info);
        frames.push(build::tuple(p, &[*module, *function, args, place]));
        args = Term::small(0);
    }
    // Arguments and info belong to where it was raised. A native that raises for its caller may have been called as a
    // function: its own place is none that is shown.
    let mut raised = true;
    code::locate_each(addresses, |_, location| {
        // The body of a function that is native stands for the native itself.
        let called = (Term::atom(location.mfa.module), Term::atom(location.mfa.function));
        if raised && called == (*module, *function) {
            return;
        }
        let (args, info) = if core::mem::take(&mut raised) { (args, info) } else { (Term::small(0), None) };
        frames.push(frame(p, &location, args, info));
    });
    frames.truncate(DEPTH.load(Ordering::Relaxed).max(1));
    build::list(p, &frames)
}

fn info_list(p: &mut Process, info: Option<Term>) -> Term {
    let Some(info) = info else { return Term::NIL };
    let pair = build::tuple(p, &[Term::atom(atom::ERROR_INFO), info]);
    build::cons(p, pair, Term::NIL)
}

/// A place as a stack trace shows it.
pub(crate) fn frame_of(p: &mut Process, location: &Location) -> Term {
    frame(p, location, Term::small(0), None)
}

/// `{M, F, ArityOrArgs, [{file, F}, {line, L}]}`.
fn frame(p: &mut Process, location: &Location, args: Term, info: Option<Term>) -> Term {
    let mut rest = info_list(p, info);
    if let Some((file, line)) = location.line {
        let line = build::tuple(p, &[Term::atom(atom::LINE), Term::small(i64::from(line))]);
        rest = build::cons(p, line, rest);
        let file = build::tuple(p, &[Term::atom(atom::FILE), file]);
        rest = build::cons(p, file, rest);
    }
    let mfa = location.mfa;
    let args = if args.is_small() { Term::small(i64::from(mfa.arity)) } else { args };
    build::tuple(p, &[Term::atom(mfa.module), Term::atom(mfa.function), args, rest])
}
