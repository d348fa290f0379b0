//! `{capture, What, Type}`: which groups a match answers, and how.

use alloc::vec::Vec;

use joist_vm::process::Process;
use joist_vm::term::{Term, build};

use super::program::Program;
use crate::erlang::iolist;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    Index,
    List,
    Binary,
}

/// The groups to answer.
#[derive(Debug, Clone)]
pub(super) enum What {
    All,
    AllButFirst,
    /// Just `match`.
    Nothing,
    /// For each item the groups of which the first set one counts (several with a duplicate name; none for what
    /// does not exist).
    These(Vec<Vec<u32>>),
}

#[derive(Debug, Clone)]
pub(super) struct Capture {
    pub what: What,
    pub kind: Type,
}

impl Default for Capture {
    fn default() -> Self {
        Capture { what: What::All, kind: Type::Index }
    }
}

fn named(program: &Program, name: &[u8]) -> Vec<u32> {
    // Names end at a zero byte, as C strings do.
    let name = name.split(|b| *b == 0).next().unwrap_or_default();
    program.names.iter().filter(|n| n.0 == name).map(|n| n.1).collect()
}

impl Capture {
    /// Reads `What` and `Type`; none when they are no such thing.
    pub(super) fn read(what: Term, kind: Term, program: &Program) -> Option<Capture> {
        let kind = match kind.as_atom()?.text() {
            "index" => Type::Index,
            "list" => Type::List,
            "binary" => Type::Binary,
            _ => return None,
        };
        let what = match what.as_atom().map(|a| a.text()) {
            Some("all") => What::All,
            Some("all_but_first") => What::AllButFirst,
            Some("none") => What::Nothing,
            Some("first") => What::These(alloc::vec![alloc::vec![0]]),
            Some("all_names") => {
                let mut names: Vec<&[u8]> = program.names.iter().map(|n| &n.0[..]).collect();
                names.dedup();
                match names.len() {
                    0 => What::Nothing,
                    _ => What::These(names.iter().map(|n| named(program, n)).collect()),
                }
            }
            Some(_) => return None,
            None if what.is_nil() => What::Nothing,
            None => What::These(what.list_to_vec()?.into_iter().map(|t| item(t, program)).collect::<Option<_>>()?),
        };
        Some(Capture { what, kind })
    }

    /// `match` or `{match, Captured}`.
    pub(super) fn answer(&self, p: &mut Process, found: &[Option<(usize, usize)>], subject: &Subject<'_>) -> Term {
        let tag = Term::atom(joist_vm::atom::Atom::new("match"));
        // Groups behind the last one that took part are left out.
        let set = found.iter().rposition(Option::is_some).map_or(0, |i| i + 1);
        let chosen: Vec<Option<(usize, usize)>> = match &self.what {
            What::Nothing => return tag,
            What::All => found[..set].to_vec(),
            What::AllButFirst => found[1.min(set)..set].to_vec(),
            What::These(all) => {
                let one = |groups: &Vec<u32>| groups.iter().find_map(|g| found.get(*g as usize).copied().flatten());
                all.iter().map(one).collect()
            }
        };
        p.charge(chosen.len() / 8);
        let items: Vec<Term> = chosen.into_iter().map(|range| self.one(p, range, subject)).collect();
        let list = build::list(p, &items);
        build::tuple(p, &[tag, list])
    }

    fn one(&self, p: &mut Process, range: Option<(usize, usize)>, subject: &Subject<'_>) -> Term {
        let (from, to) = range.unwrap_or_default();
        match self.kind {
            Type::Index => {
                let at = if range.is_some() { from as i64 } else { -1 };
                // `\K` in a look-ahead can put the beginning behind the end.
                build::tuple(p, &[Term::small(at), Term::small(to as i64 - from as i64)])
            }
            Type::List => build::string(p, subject.bytes.get(from..to).unwrap_or_default()),
            Type::Binary if subject.term.is_binary() && from <= to => {
                build::sub_bits(p, subject.term, from * 8, (to - from) * 8)
            }
            Type::Binary => build::binary(p, subject.bytes.get(from..to).unwrap_or_default()),
        }
    }
}

/// What was searched: the term and its bytes.
pub(super) struct Subject<'a> {
    pub term: Term,
    pub bytes: &'a [u8],
}

fn item(t: Term, program: &Program) -> Option<Vec<u32>> {
    if t.is_small() {
        return Some(t.as_usize().and_then(|n| u32::try_from(n).ok()).into_iter().collect());
    }
    if let Some(a) = t.as_atom() {
        return Some(named(program, a.text().as_bytes()));
    }
    if t.is_list() || t.is_binary() {
        return iolist::to_bytes(t).map(|name| named(program, &name));
    }
    None
}
