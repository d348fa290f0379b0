//! `binary:match`, `matches`, `split` and `compile_pattern`. A search that is out of reductions goes on
//! for as many slices as it takes.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::any::Any;

use joist_vm::atom::Atom;
use joist_vm::process::{NativeResult, Process, make_reference};
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
    if options.to == 0 && !joist_vm::release::at_least(27) {
        // Nothing to search: older releases don't even look at the pattern.
        let none = Search { pattern: None, kind, options, at: 0, found: Vec::new(), copy: None };
        return answer(p, a[0], none);
    }
    let Some(pattern) = Pattern::of(a[1]) else { return Err(p.badarg()) };
    let copy = if bits.as_bytes().is_none() { Some(bits.to_vec()) } else { None };
    let at = options.from;
    let search = Search { pattern: Some(pattern), kind, options, at, found: Vec::new(), copy };
    let (subject, mut search) = (a[0], Some(search));
    p.run_job(move |p: &mut Process| {
        let done = run(p, subject, search.as_mut()?);
        if done { Some(answer(p, subject, search.take()?)) } else { None }
    })
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

/// Matches or parts made for one reduction.
const MADE: usize = 4;

/// What is told of the matches; lists are made from their ends on.
fn answer(p: &mut Process, subject: Term, s: Search) -> NativeResult {
    let size = subject.as_bits().map_or(0, |b| b.len / 8);
    let (trim, trim_all) = (s.options.trim, s.options.trim_all);
    match (s.kind, s.found.first()) {
        (Kind::Match, Some(m)) => return Ok(pair(p, *m)),
        (Kind::Match, None) => return Ok(Term::atom(Atom::new("nomatch"))),
        (Kind::Split, None) => {
            let nothing = (trim || trim_all) && size == 0;
            return Ok(if nothing { Term::NIL } else { build::cons(p, subject, Term::NIL) });
        }
        _ => {}
    }
    let (mut found, mut list) = (s.found, Term::NIL);
    if s.kind == Kind::Matches {
        return p.run_job(move |p: &mut Process| {
            let n = found.len().min(limits::BINARY.budget(p, MADE));
            for m in found.split_off(found.len() - n).into_iter().rev() {
                let m = pair(p, m);
                list = build::cons(p, m, list);
            }
            p.charge(n / MADE);
            found.is_empty().then_some(Ok(list))
        });
    }
    // The parts between the matches; `trim` drops empty ones at the end, `trim_all` all of them.
    let mut end = Some(size);
    p.run_job(move |p: &mut Process| {
        let room = limits::BINARY.budget(p, MADE);
        for _ in 0..room {
            let Some(to) = end else { return Some(Ok(list)) };
            let last = found.pop();
            let from = last.map_or(0, |(at, len)| at + len);
            end = last.map(|m| m.0);
            if to > from || !(trim_all || trim && list.is_nil()) {
                let part = build::sub_bits(p, subject, from * 8, (to - from) * 8);
                list = build::cons(p, part, list);
            }
        }
        p.charge(room / MADE);
        None
    })
}

fn pair(p: &mut Process, (at, len): (usize, usize)) -> Term {
    build::tuple(p, &[Term::small(at as i64), Term::small(len as i64)])
}
