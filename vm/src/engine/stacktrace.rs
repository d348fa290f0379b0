//! Stack traces: taken raw when an exception is raised (a tuple of addresses, the frame of a native, arguments), made
//! into the list that Erlang shows only when somebody looks (`save_stacktrace`, `build_stacktrace` in
//! `beam_common.c`).

use alloc::vec::Vec;
use core::sync::atomic::{AtomicUsize, Ordering};

use super::{Class, Context, Term};
use crate::atom::{self, Atom};
use crate::code::{self, Location, Mfa};
use crate::map;
use crate::process::Process;
use crate::term::{Tag, build};

static DEPTH: AtomicUsize = AtomicUsize::new(8);

/// Sets how many frames a trace has (`system_flag(backtrace_depth, N)`); answers the depth before.
pub fn set_backtrace_depth(depth: usize) -> usize {
    DEPTH.swap(depth, Ordering::Relaxed)
}

/// The raw trace: {class, addresses, native's module, function, arguments, error info}.
const RAW: usize = 6;

impl Context {
    /// The trace of the exception that the process holds: its own, or taken from the stack now.
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
        let returns = p.heap.stack().iter().copied().filter(|w| *w & 3 == 0 && *w != 0 && *w != end);
        let unlike = returns.filter(|w| core::mem::replace(&mut last, *w) != *w);
        addresses.extend(unlike.take(depth).map(|w| w - 8));
        let blob = build::object(p, Tag::PosBig, addresses.len());
        // SAFETY: as many fresh words.
        unsafe { core::ptr::copy_nonoverlapping(addresses.as_ptr(), blob.add(1), addresses.len()) };
        let e = &p.exception;
        let (module, function) =
            e.mfa.map_or((Term::NIL, Term::NIL), |m| (Term::atom(m.module), Term::atom(m.function)));
        let args = if e.args.is_none() { Term::NONE } else { e.args };
        let (class, info, cause) = (e.class, e.info, e.cause);
        let info = if !info.is_none() {
            info
        } else if let Some(mfa) = p.exception.mfa {
            error_info(p, mfa, cause)
        } else {
            Term::NIL
        };
        // No arguments: 0 stands for none, since an empty list is a list of none.
        let args = if args.is_none() { Term::small(0) } else { args };
        build::tuple(p, &[Term::atom(class.atom()), Term::boxed(blob), module, function, args, info])
    }

    /// The class of the exception that a trace belongs to.
    pub(crate) fn class_of_trace(&mut self, trace: Term) -> Class {
        trace.as_tuple().and_then(|t| Class::from_term(*t.first()?)).unwrap_or(Class::Error)
    }

    /// A trace as a list.
    pub(crate) fn trace_to_list(&mut self, trace: Term) -> Term {
        stacktrace_of(self.process(), trace)
    }
}

/// `error_info` of a native's exception: which module explains it.
fn error_info(p: &mut Process, mfa: Mfa, cause: Term) -> Term {
    let module = match mfa.module.text() {
        "erlang" | "atomics" | "counters" | "persistent_term" | "erts_internal" => "erl_erts_errors",
        "binary" | "ets" | "lists" | "maps" | "math" | "re" | "unicode" | "io" => "erl_stdlib_errors",
        "os" | "code" => "erl_kernel_errors",
        _ => return Term::NIL,
    };
    let module = (Term::atom(atom::MODULE), Term::atom(Atom::new(module)));
    if cause.is_none() {
        map::from_pairs(p, &[module])
    } else {
        map::from_pairs(p, &[(Term::atom(atom::CAUSE), cause), module])
    }
}

/// A trace, raw or not, as a list on the process's heap.
pub fn stacktrace_of(p: &mut Process, trace: Term) -> Term {
    // erlang:raise/3 gave a list, wrapped with the class.
    if let Some([_, list]) = trace.as_tuple_of::<2>() {
        return *list;
    }
    let Some([_, blob, module, function, args, info]) = trace.as_tuple_of::<RAW>() else {
        return if trace.is_list() { trace } else { Term::NIL };
    };
    let Some((_, addresses)) = blob.as_big() else { return Term::NIL };
    let mut frames: Vec<Term> = Vec::new();
    let mut args = *args;
    if module.is_atom() {
        let shown = if args.is_small() { Term::small(0) } else { args };
        let location = info_list(p, *info);
        frames.push(build::tuple(p, &[*module, *function, shown, location]));
        args = Term::small(0);
    }
    let info = if module.is_atom() { Term::NIL } else { *info };
    for (i, address) in addresses.iter().enumerate() {
        let Some(location) = code::locate(*address as *const u64) else { continue };
        let (args, info) = if i == 0 { (args, info) } else { (Term::small(0), Term::NIL) };
        frames.push(frame(p, &location, args, info));
    }
    frames.truncate(DEPTH.load(Ordering::Relaxed).max(1));
    build::list(p, &frames)
}

fn info_list(p: &mut Process, info: Term) -> Term {
    if info.is_nil() {
        return Term::NIL;
    }
    let pair = build::tuple(p, &[Term::atom(atom::ERROR_INFO), info]);
    build::cons(p, pair, Term::NIL)
}

/// `{M, F, ArityOrArgs, [{file, F}, {line, L}]}`.
fn frame(p: &mut Process, location: &Location, args: Term, info: Term) -> Term {
    let mut rest = info_list(p, info);
    if let Some((file, line)) = &location.line {
        let line = build::tuple(p, &[Term::atom(atom::LINE), Term::small(i64::from(*line))]);
        rest = build::cons(p, line, rest);
        let codes: Vec<u32> = file.chars().map(u32::from).collect();
        let file = build::list_of_ints(p, codes.into_iter(), Term::NIL);
        let file = build::tuple(p, &[Term::atom(atom::FILE), file]);
        rest = build::cons(p, file, rest);
    }
    let mfa = location.mfa;
    let args = if args.is_small() { Term::small(i64::from(mfa.arity)) } else { args };
    build::tuple(p, &[Term::atom(mfa.module), Term::atom(mfa.function), args, rest])
}
