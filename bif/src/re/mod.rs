//! `re` (`erl_bif_re.c`): an engine of our own with PCRE 8's syntax and semantics, from OTP 28 on PCRE 2's, because that is
//! what OTP promises its users; see `ARCHITECTURE.md`, "Why an own regex engine".
//!
//! A pattern is [parsed](parse), [compiled](compile) to a [program](program) and run by the [matcher], which is a
//! backtracking search without recursion: it can stop after any step, so that the longest search holds no scheduler.
//! Read beside it: `re(3)`, `pcrepattern(3)` of PCRE 8.44 and `pcre2pattern(3)` of PCRE2 10.45.
//!
//! # Why an own regex engine
//!
//! OTP promises PCRE's semantics, and programs rely on them: recursion, conditions, possessive and atomic groups,
//! backtracking verbs, branch reset, duplicate names, newline conventions, error texts with positions. `regex` has no
//! look-around and no back references, `fancy-regex` no recursion, conditions on recursion, verbs or `\G`; neither can be
//! stopped in the middle of a search, which a scheduler must be able to do, and neither knows PCRE's limits.
//!
//! Yardstick: what stock Erlang/OTP 25 answers to PCRE's own test files (`scripts/re-yardstick`). Of 9213 matches 9204
//! are the same, of 4069 patterns 4032 compile alike (or are refused with the same text at the same place; 248 of 259
//! errors have the same text). What is left: Unicode's newer version here (3), `(*ACCEPT)` in a look-behind, what a
//! failed possessive group leaves in a capture, positions of rare errors.
//!
//! For PCRE 2 the yardstick is stock Erlang/OTP 29 and what `tests/erlang/properties/prop_re.erl` generates. What PCRE 2
//! has and this has not is refused: script runs, `(?[…])`, look-arounds that can be backtracked into, substring scans,
//! caseless restriction, binary properties and bidirectional classes; and groups nest 250 deep, not 1000.

mod args;
mod ast;
mod cache;
mod capture;
mod chars;
mod compile;
mod error;
mod first;
mod grapheme;
mod matcher;
mod measure;
mod options;
mod parse;
mod program;
mod run;
mod set;
#[cfg(test)]
mod tests;
mod unicode;

use alloc::sync::Arc;

use joist_vm::atom::{self, Atom};
use joist_vm::code::{Mfa, export};
use joist_vm::process::{Bail, NativeResult, Process};
use joist_vm::term::{Term, build};

use crate::erlang::iolist;
use crate::table::Binding;
use crate::term_args;
use cache::Compiled;
use error::PatternError;

pub(crate) const BINDINGS: &[Binding] = &[
    ("compile", 1, |p, a| compile_pattern(p, a[0], Term::NIL)),
    ("compile", 2, |p, a| compile_pattern(p, a[0], a[1])),
    ("import", 1, cache::import),
    ("inspect", 2, inspect),
    ("internal_run", 4, run::internal_run),
    ("run", 2, run::run_2),
    ("run", 3, run::run_3),
    ("version", 0, |p, _| Ok(build::binary(p, version()))),
];

/// The PCRE that is spoken here, and whose code that is. Elixir stores compiled patterns in `.beam` files, with this
/// text beside them: only where it is the same does it use what PCRE compiled, else it compiles the source anew.
fn version() -> &'static [u8] {
    if joist_vm::release::at_least(28) { b"10.45 2025-02-05 Joist" } else { b"8.44 2020-02-12 Joist" }
}

/// Compiles and searches without a process, for fuzzing: captures of the match, if the pattern is one and matches
/// within 100,000 steps. The search pauses every `slice` steps.
#[must_use]
pub fn probe(
    pattern: &[u8],
    flags: u32,
    newline: u8,
    subject: &[u8],
    slice: u64,
) -> Option<alloc::vec::Vec<Option<(usize, usize)>>> {
    use options::Newline;
    let newline = [Newline::Lf, Newline::Cr, Newline::Crlf, Newline::AnyCrlf, Newline::Any][newline as usize % 5];
    let given = options::Options { flags, newline, ..options::Options::default() };
    let program = compile::compile(pattern, given).ok()?;
    if program.options.has(options::UTF) && core::str::from_utf8(subject).is_err() {
        return None;
    }
    let mut m = matcher::Matcher::new(&program, subject, 0, flags, (100_000, 100_000));
    loop {
        match m.run(&program, subject, slice).0 {
            matcher::Outcome::Paused => {}
            matcher::Outcome::Match => return Some(m.captures(&program)),
            _ => return None,
        }
    }
}

fn trap(p: &mut Process, function: &str, a: &[Term]) -> Bail {
    p.trap_to(export(Mfa::new(Atom::new("re"), Atom::new(function), a.len() as u32)), a)
}

/// `re:compile/2`: `{ok, MP}` or `{error, {Text, Position}}`.
fn compile_pattern(p: &mut Process, source: Term, options: Term) -> NativeResult {
    let Some(o) = args::read(options) else { return Err(term_args::badopt(p)) };
    if o.run_only {
        return Err(term_args::badopt(p));
    }
    if o.unicode() && !source.is_binary() {
        return Err(trap(p, "ucompile", &[source, options]));
    }
    let Some(bytes) = iolist::to_bytes(source) else { return Err(p.badarg()) };
    p.charge(bytes.len() / 8);
    Ok(match cache::compile(&bytes, o.pattern) {
        Ok(compiled) => {
            let pattern = if o.export { cache::exported(p, &bytes, options, &compiled) } else { compiled.to_term(p) };
            build::tuple(p, &[Term::atom(atom::OK), pattern])
        }
        Err(e) => {
            let error = describe(p, e);
            build::tuple(p, &[Term::atom(atom::ERROR), error])
        }
    })
}

/// `{Text, Position}`.
fn describe(p: &mut Process, e: PatternError) -> Term {
    let text = build::string(p, e.text().as_bytes());
    build::tuple(p, &[text, Term::small(e.at as i64)])
}

/// `re:inspect(MP, namelist)`: `{namelist, [Name]}`, sorted.
fn inspect(p: &mut Process, a: &[Term]) -> NativeResult {
    let Some(pattern) = Compiled::from_term(a[0]) else { return Err(p.badarg()) };
    if a[1].as_atom().is_none_or(|a| a.text() != "namelist") {
        return Err(p.badarg());
    }
    let names = names(&pattern);
    let names: alloc::vec::Vec<Term> = names.iter().map(|n| build::binary(p, n)).collect();
    let names = build::list(p, &names);
    Ok(build::tuple(p, &[a[1], names]))
}

/// The names of a pattern's groups, each once.
fn names(pattern: &Arc<program::Program>) -> alloc::vec::Vec<&[u8]> {
    let mut names: alloc::vec::Vec<&[u8]> = pattern.names.iter().map(|n| &n.0[..]).collect();
    names.dedup();
    names
}
