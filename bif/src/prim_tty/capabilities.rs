//! `prim_tty`'s questions about the terminal's capabilities: by termcap's names up to OTP 28 (`tgetstr`), by
//! terminfo's from then on (`tigetstr`). As ncurses does it, `tgetnum` and `tgetflag` answer under both.

use alloc::vec::Vec;

use joist_vm::atom::{self, Atom};
use joist_vm::map;
use joist_vm::platform::Errno;
use joist_vm::process::{Bail, NativeResult, Process};
use joist_vm::term::{Term, build};

use super::failure;
use crate::console::terminal::{self, FLAGS, NUMBERS, Name, STRINGS};
use crate::erlang::iolist;
use crate::table::Binding;

pub(crate) const BINDINGS: &[Binding] = &[
    ("tgetent_nif", 1, |p, a| {
        let term = text(p, a[0])?;
        if terminal::is_known(&term) { Ok(Term::atom(atom::OK)) } else { failure(p, "tgetent", Errno::Enoent) }
    }),
    ("tgetnum_nif", 1, number),
    ("tgetflag_nif", 1, flag),
    ("tgetstr_nif", 1, |p, a| {
        let name = text(p, a[0])?;
        string(p, STRINGS.iter().find(|(n, _)| is_termcap(n, &name)).map(|c| c.1))
    }),
    ("tgoto_nif", 1, |p, a| goto(p, a)),
    ("tgoto_nif", 2, |p, a| goto(p, a)),
    ("tgoto_nif", 3, |p, a| goto(p, a)),
    ("setupterm_nif", 0, |p, _| {
        if terminal::is_smart() { Ok(Term::atom(atom::OK)) } else { failure(p, "setupterm", Errno::Enoent) }
    }),
    ("tigetnum_nif", 1, number),
    ("tigetflag_nif", 1, flag),
    ("tigetstr_nif", 1, |p, a| {
        let name = text(p, a[0])?;
        string(p, STRINGS.iter().find(|(n, _)| n.0.as_bytes() == name).map(|c| c.1))
    }),
    ("tinfo_nif", 0, |p, _| {
        let kinds = [
            ("bool", FLAGS.iter().map(|c| c.0).collect::<Vec<_>>()),
            ("num", NUMBERS.iter().map(|c| c.0).collect()),
            ("str", STRINGS.iter().map(|c| c.0).collect()),
        ];
        let pairs = kinds.map(|(kind, names)| (Term::atom(Atom::new(kind)), describe(p, &names)));
        Ok(map::from_pairs(p, &pairs))
    }),
    ("tputs_nif", 2, |p, a| {
        let capability = text(p, a[0])?;
        let parameters = a[1].list_to_vec().and_then(|l| l.iter().map(|t| t.as_i64()).collect::<Option<Vec<_>>>());
        let parameters = parameters.ok_or_else(|| p.badarg())?;
        let bytes = terminal::expand(&capability, &parameters);
        let bytes = build::binary(p, &bytes);
        Ok(build::tuple(p, &[Term::atom(atom::OK), bytes]))
    }),
];

/// A name as C has it: up to its NUL.
fn text(p: &mut Process, t: Term) -> Result<Vec<u8>, Bail> {
    let mut bytes = iolist::to_bytes(t).ok_or_else(|| p.badarg())?;
    let end = bytes.iter().position(|b| *b == 0).unwrap_or(bytes.len());
    bytes.truncate(end);
    Ok(bytes)
}

/// Termcap looks at two characters, whatever follows.
fn is_termcap(name: &Name, wanted: &[u8]) -> bool {
    wanted.len() >= 2 && name.1.as_bytes() == &wanted[..2]
}

fn string(p: &mut Process, capability: Option<&str>) -> NativeResult {
    let Some(capability) = capability else { return Ok(Term::bool(false)) };
    let bytes = build::binary(p, capability.as_bytes());
    Ok(build::tuple(p, &[Term::atom(atom::OK), bytes]))
}

fn number(p: &mut Process, a: &[Term]) -> NativeResult {
    let name = text(p, a[0])?;
    let found = NUMBERS.iter().find(|(n, _)| is_termcap(n, &name));
    Ok(Term::small(found.map_or(-1, |c| c.1)))
}

fn flag(p: &mut Process, a: &[Term]) -> NativeResult {
    let name = text(p, a[0])?;
    Ok(Term::bool(FLAGS.iter().any(|(n, on)| *on && is_termcap(n, &name))))
}

/// `tgoto(Capability, Column, Row)`: the row is the first parameter.
fn goto(p: &mut Process, a: &[Term]) -> NativeResult {
    let capability = text(p, a[0])?;
    let mut parameters = [0; 2];
    for (to, t) in parameters.iter_mut().rev().zip(&a[1..]) {
        *to = t.as_i64().ok_or_else(|| p.badarg())?;
    }
    // A string of one parameter means the column.
    if a.len() == 2 {
        parameters[0] = parameters[1];
    }
    let bytes = terminal::expand(&capability, &parameters);
    let bytes = build::binary(p, &bytes);
    Ok(build::tuple(p, &[Term::atom(atom::OK), bytes]))
}

fn describe(p: &mut Process, names: &[Name]) -> Term {
    let keys = ["name", "code", "full_name"].map(|k| Term::atom(Atom::new(k)));
    let maps: Vec<Term> = names
        .iter()
        .map(|(name, code, full)| {
            let values = [name, code, full].map(|s| build::string(p, s.as_bytes()));
            let pairs = [(keys[0], values[0]), (keys[1], values[1]), (keys[2], values[2])];
            map::from_pairs(p, &pairs)
        })
        .collect();
    build::list(p, &maps)
}
