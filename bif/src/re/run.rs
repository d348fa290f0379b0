//! `re:run` and `re:internal_run`.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::any::Any;

use joist_vm::atom::{self, Atom};
use joist_vm::process::{Bail, NativeResult, Process, make_reference};
use joist_vm::sync::RwLock;
use joist_vm::term::{Term, build};

use super::args::{self, Read};
use super::cache::{self, Compiled};
use super::capture::{Capture, Subject};
use super::matcher::{DEFAULT_LIMIT, Matcher, Outcome};
use super::options as o;
use super::program::Program;
use super::trap;
use crate::erlang::iolist;
use crate::{limits, term_args};

/// Steps of the matcher for one reduction.
const RATE: usize = 10;

pub(super) fn run_2(p: &mut Process, a: &[Term]) -> NativeResult {
    run(p, a[0], a[1], Term::NIL, true)
}

pub(super) fn run_3(p: &mut Process, a: &[Term]) -> NativeResult {
    run(p, a[0], a[1], a[2], true)
}

/// As `run`; with `false` the subject was run before and is known to be valid.
pub(super) fn internal_run(p: &mut Process, a: &[Term]) -> NativeResult {
    match a[3].as_bool() {
        Some(first) => run(p, a[0], a[1], a[2], first),
        None => Err(p.badarg()),
    }
}

/// A search under way.
struct Search {
    program: Arc<Program>,
    matcher: Matcher,
    capture: Capture,
    report_errors: bool,
    /// The subject's bytes, when the term is no binary at a byte boundary.
    copy: Option<Vec<u8>>,
}

fn run(p: &mut Process, subject: Term, pattern: Term, options: Term, check: bool) -> NativeResult {
    let Some(r) = args::read(options) else { return Err(term_args::badopt(p)) };
    let list = r.capture.is_some_and(|(_, kind)| kind.as_atom().is_some_and(|k| k.text() == "list"));
    // Character lists, and answers in them, are converted by Erlang code.
    let convert = !subject.is_binary() || list && !r.global;
    let program = if let Some(program) = Compiled::from_term(pattern) {
        if r.compile_only {
            return Err(p.badarg());
        }
        let unicode = pattern.as_tuple().is_some_and(|t| t[2] != Term::small(0));
        if unicode && convert {
            return Err(trap(p, "urun", &[subject, pattern, options]));
        }
        if r.global {
            let options = build::tuple(p, &[options, Term::bool(false)]);
            return Err(trap(p, "grun", &[subject, pattern, options]));
        }
        match r.newline {
            Some(newline) if newline != program.options.newline => {
                cache::with_newline(&program, newline).unwrap_or(program)
            }
            _ => program,
        }
    } else if pattern.is_binary() || pattern.is_list() {
        if r.unicode() && (convert || !pattern.is_binary()) {
            return Err(trap(p, "urun", &[subject, pattern, options]));
        }
        let Some(source) = iolist::to_bytes(pattern) else { return Err(p.badarg()) };
        match cache::compile(&source, r.pattern) {
            Err(e) if r.report_errors => {
                let error = super::describe(p, e);
                let error = build::tuple(p, &[Term::atom(Atom::new("compile")), error]);
                return Ok(build::tuple(p, &[Term::atom(atom::ERROR), error]));
            }
            Err(_) => return Err(p.badarg()),
            Ok(compiled) if r.global => {
                let compiled = compiled.to_term(p);
                let options = build::tuple(p, &[options, Term::bool(r.compile_only), pattern]);
                return Err(trap(p, "grun", &[subject, compiled, options]));
            }
            Ok(compiled) => compiled.program,
        }
    } else {
        return Err(p.badarg());
    };
    start(p, subject, program, &r, check)
}

fn start(p: &mut Process, subject: Term, program: Arc<Program>, r: &Read, check: bool) -> NativeResult {
    let capture = match r.capture {
        None => Capture::default(),
        Some((what, kind)) => match Capture::read(what, kind, &program) {
            Some(capture) => capture,
            None => return Err(p.badarg()),
        },
    };
    let borrowed = subject.as_bits().and_then(|b| b.as_bytes());
    let copy = if borrowed.is_some() { None } else { Some(iolist::to_bytes(subject)) };
    let copy = match copy {
        Some(None) => return Err(p.badarg()),
        Some(copy) => copy,
        None => None,
    };
    let bytes = copy.as_deref().or(borrowed).unwrap_or_default();
    if r.offset > bytes.len() {
        return Err(p.badarg());
    }
    if program.options.has(o::UTF) {
        if check {
            p.charge(bytes.len() / 1024);
        }
        // Bytes that were valid may have changed hands since: what is not checked here is only the charge.
        let broken = check && core::str::from_utf8(bytes).is_err();
        if broken || bytes.get(r.offset).is_some_and(|b| b & 0xc0 == 0x80) {
            return Err(p.badarg());
        }
    }
    let limit = |given: Option<u64>, own: Option<u32>| {
        let limit = given.unwrap_or(DEFAULT_LIMIT);
        own.map_or(limit, |own| limit.min(u64::from(own)))
    };
    let limits =
        (limit(r.match_limit, program.options.match_limit), limit(r.recursion_limit, program.options.recursion_limit));
    let matcher = Matcher::new(&program, bytes, r.offset, r.flags, limits);
    let mut search = Search { program, matcher, capture, report_errors: r.report_errors, copy };
    if let Some(answer) = go(p, subject, &mut search) {
        return Ok(answer);
    }
    let magic: Arc<dyn Any + Send + Sync> = Arc::new(RwLock::new(search));
    let reference = build::magic_reference(p, make_reference(), magic);
    Err::<Term, Bail>(p.yield_to(resume, &[subject, reference]))
}

fn resume(p: &mut Process, a: &[Term]) -> NativeResult {
    let search = a[1].as_magic().and_then(|m| m.downcast_ref::<RwLock<Search>>());
    let Some(search) = search else { return Err(p.badarg()) };
    let mut search = search.write();
    match go(p, a[0], &mut search) {
        Some(answer) => Ok(answer),
        None => Err::<Term, Bail>(p.yield_to(resume, a)),
    }
}

/// Searches on; none when it is to be resumed.
fn go(p: &mut Process, subject: Term, s: &mut Search) -> Option<Term> {
    let fuel = limits::RE.budget(p, RATE) as u64;
    let copied = s.copy.take();
    let bytes = copied.as_deref().or_else(|| subject.as_bits().and_then(|b| b.as_bytes())).unwrap_or_default();
    let (outcome, left) = s.matcher.run(&s.program, bytes, fuel);
    p.charge((fuel - left) as usize / RATE + 1);
    let error = |p: &mut Process, what: &str| {
        if s.report_errors {
            let what = Term::atom(Atom::new(what));
            build::tuple(p, &[Term::atom(atom::ERROR), what])
        } else {
            Term::atom(Atom::new("nomatch"))
        }
    };
    let answer = match outcome {
        Outcome::Match => {
            let found = s.matcher.captures(&s.program);
            Some(s.capture.answer(p, &found, &Subject { term: subject, bytes }))
        }
        Outcome::NoMatch => Some(Term::atom(Atom::new("nomatch"))),
        Outcome::TooManySteps => Some(error(p, "match_limit")),
        Outcome::TooDeep => Some(error(p, "match_limit_recursion")),
        Outcome::Paused => None,
    };
    s.copy = copied;
    answer
}
