//! `binary:match`, `matches`, `split` and `compile_pattern`. A search that is out of reductions goes on in [`resume`],
//! with its state in a magic reference.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::any::Any;

use joist_vm::atom::Atom;
use joist_vm::process::{Bail, NativeResult, Process, make_reference};
use joist_vm::sync::RwLock;
use joist_vm::term::{Bits, Term, build};

use super::pattern::{Found, Pattern};
use super::range;
use crate::limits;

pub(super) fn compile_pattern(p: &mut Process, a: &[Term]) -> NativeResult {
    let Some(pattern) = Pattern::new(a[0]) else { return Err(p.badarg()) };
    let tag = Term::atom(Atom::new(pattern.tag()));
    let magic: Arc<dyn Any + Send + Sync> = Arc::new(pattern);
    let reference = build::magic_reference(p, make_reference(), magic);
    Ok(build::tuple(p, &[tag, reference]))
}

pub(super) fn match_2(p: &mut Process, a: &[Term]) -> NativeResult {
    start(p, a, Term::NIL, Kind::Match)
}

pub(super) fn match_3(p: &mut Process, a: &[Term]) -> NativeResult {
    start(p, a, a[2], Kind::Match)
}

pub(super) fn matches_2(p: &mut Process, a: &[Term]) -> NativeResult {
    start(p, a, Term::NIL, Kind::Matches)
}

pub(super) fn matches_3(p: &mut Process, a: &[Term]) -> NativeResult {
    start(p, a, a[2], Kind::Matches)
}

pub(super) fn split_2(p: &mut Process, a: &[Term]) -> NativeResult {
    start(p, a, Term::NIL, Kind::Split)
}

pub(super) fn split_3(p: &mut Process, a: &[Term]) -> NativeResult {
    start(p, a, a[2], Kind::Split)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Match,
    Matches,
    Split,
}

/// What the options ask for.
struct Options {
    from: usize,
    to: usize,
    global: bool,
    trim: bool,
    trim_all: bool,
}

/// A search under way.
struct Search {
    pattern: Option<Arc<Pattern>>,
    kind: Kind,
    options: Options,
    at: usize,
    found: Vec<(usize, usize)>,
    /// The subject's bytes, when they don't lie at a byte boundary.
    copy: Option<Vec<u8>>,
}

fn start(p: &mut Process, a: &[Term], options: Term, kind: Kind) -> NativeResult {
    let Some(bits) = a[0].as_bits().filter(Bits::is_binary) else { return Err(p.badarg()) };
    let Some(options) = read_options(options, kind, bits.len / 8) else { return Err(p.badarg()) };
    if bits.len == 0 && !joist_vm::release::at_least(27) {
        // Nothing to search: older releases don't even look at the pattern.
        let none = Search { pattern: None, kind, options, at: 0, found: Vec::new(), copy: None };
        return Ok(answer(p, a[0], &none));
    }
    let Some(pattern) = Pattern::of(a[1]) else { return Err(p.badarg()) };
    let copy = if bits.as_bytes().is_none() { Some(bits.to_vec()) } else { None };
    let at = options.from;
    let mut search = Search { pattern: Some(pattern), kind, options, at, found: Vec::new(), copy };
    if run(p, a[0], &mut search) {
        return Ok(answer(p, a[0], &search));
    }
    let magic: Arc<dyn Any + Send + Sync> = Arc::new(RwLock::new(search));
    let reference = build::magic_reference(p, make_reference(), magic);
    Err(p.yield_to(resume, &[a[0], reference]))
}

fn resume(p: &mut Process, a: &[Term]) -> NativeResult {
    let search = a[1].as_magic().and_then(|m| m.downcast_ref::<RwLock<Search>>());
    let Some(search) = search else { return Err(p.badarg()) };
    let mut search = search.write();
    if run(p, a[0], &mut search) {
        return Ok(answer(p, a[0], &search));
    }
    Err::<Term, Bail>(p.yield_to(resume, a))
}

/// Searches on; false when it is to be resumed.
fn run(p: &mut Process, subject: Term, s: &mut Search) -> bool {
    let Some(pattern) = s.pattern.clone() else { return true };
    let copied = s.copy.take();
    let bytes = copied.as_deref().or_else(|| subject.as_bits().and_then(|b| b.as_bytes())).unwrap_or_default();
    let mut budget = limits::BINARY.budget(p, 1);
    let before = budget;
    let done = loop {
        match pattern.find(bytes, s.at, s.options.to, &mut budget) {
            Found::At(at, len) => {
                s.found.push((at, len));
                s.at = at + len;
                if !s.options.global {
                    break true;
                }
            }
            Found::Nothing => break true,
            Found::Paused(at) => s.at = at,
        }
        if budget == 0 {
            break false;
        }
    };
    p.charge(before - budget);
    s.copy = copied;
    done
}

fn read_options(list: Term, kind: Kind, size: usize) -> Option<Options> {
    let mut o = Options { from: 0, to: size, global: kind == Kind::Matches, trim: false, trim_all: false };
    for t in list.list_to_vec()? {
        if let Some([tag, scope]) = t.as_tuple_of::<2>() {
            let [at, len] = scope.as_tuple_of::<2>()?;
            if tag.as_atom()?.text() != "scope" {
                return None;
            }
            (o.from, o.to) = range(*at, *len, size)?;
            continue;
        }
        match t.as_atom()?.text() {
            "global" if kind == Kind::Split => o.global = true,
            "trim" if kind == Kind::Split => o.trim = true,
            "trim_all" if kind == Kind::Split => o.trim_all = true,
            _ => return None,
        }
    }
    Some(o)
}

fn answer(p: &mut Process, subject: Term, s: &Search) -> Term {
    p.charge(s.found.len() / 8);
    match s.kind {
        Kind::Match => match s.found.first() {
            Some(m) => pair(p, *m),
            None => Term::atom(Atom::new("nomatch")),
        },
        Kind::Matches => {
            let items: Vec<Term> = s.found.iter().map(|m| pair(p, *m)).collect();
            build::list(p, &items)
        }
        Kind::Split => split(p, subject, s),
    }
}

fn pair(p: &mut Process, (at, len): (usize, usize)) -> Term {
    build::tuple(p, &[Term::small(at as i64), Term::small(len as i64)])
}

/// The parts between the matches; `trim` drops empty parts at the end, `trim_all` all empty ones.
fn split(p: &mut Process, subject: Term, s: &Search) -> Term {
    let size = subject.as_bits().map_or(0, |b| b.len / 8);
    let o = &s.options;
    if s.found.is_empty() {
        return if (o.trim || o.trim_all) && size == 0 { Term::NIL } else { build::cons(p, subject, Term::NIL) };
    }
    let mut parts = Vec::with_capacity(s.found.len() + 1);
    let mut from = 0;
    for (at, len) in s.found.iter().copied().chain([(size, 0)]) {
        parts.push((from, at - from));
        from = at + len;
    }
    if o.trim_all {
        parts.retain(|part| part.1 > 0);
    } else if o.trim {
        let keep = parts.iter().rposition(|part| part.1 > 0).map_or(0, |i| i + 1);
        parts.truncate(keep);
    }
    let parts: Vec<Term> = parts.into_iter().map(|(at, len)| build::sub_bits(p, subject, at * 8, len * 8)).collect();
    build::list(p, &parts)
}
