//! Conversions between atoms, numbers, lists and binaries (`bif.c`, `erl_bif_*`).

use alloc::string::String;
use alloc::vec::Vec;

use joist_vm::atom::{self, Atom, MAX_CHARACTERS};
use joist_vm::etf;
use joist_vm::number::digits::Digits;
use joist_vm::number::text::{self, parse as parse_integer};
use joist_vm::number::{ArithError, float_text};
use joist_vm::process::{Bail, NativeResult, Process};
use joist_vm::term::{Term, build};

use crate::limits::budget;
use crate::table::Binding;
use crate::term_args;

pub(crate) const BINDINGS: &[Binding] = &[
    ("atom_to_list", 1, |p, a| {
        let codes: Vec<u32> = term_args::atom(p, a[0])?.text().chars().map(u32::from).collect();
        Ok(build::list_of_ints(p, codes.into_iter(), Term::NIL))
    }),
    ("atom_to_binary", 2, |p, a| atom_to_binary(p, a[0], a[1])),
    ("list_to_atom", 1, |p, a| list_to_atom(p, a[0], false)),
    ("list_to_existing_atom", 1, |p, a| list_to_atom(p, a[0], true)),
    ("binary_to_atom", 2, |p, a| binary_to_atom(p, a[0], a[1], false)),
    ("binary_to_existing_atom", 2, |p, a| binary_to_atom(p, a[0], a[1], true)),
    ("integer_to_list", 1, |p, a| integer(p, a[0], None, build::string)),
    ("integer_to_list", 2, |p, a| integer(p, a[0], Some(a[1]), build::string)),
    ("integer_to_binary", 1, |p, a| integer(p, a[0], None, build::binary)),
    ("integer_to_binary", 2, |p, a| integer(p, a[0], Some(a[1]), build::binary)),
    ("list_to_integer", 1, |p, a| to_integer(p, string(a[0]), None)),
    ("list_to_integer", 2, |p, a| to_integer(p, string(a[0]), Some(a[1]))),
    ("binary_to_integer", 1, |p, a| to_integer(p, a[0].as_binary().map(|b| b.into_owned()), None)),
    ("binary_to_integer", 2, |p, a| to_integer(p, a[0].as_binary().map(|b| b.into_owned()), Some(a[1]))),
    ("float_to_list", 1, |p, a| float(p, a[0], Term::NIL).map(|s| build::string(p, s.as_bytes()))),
    ("float_to_list", 2, |p, a| float(p, a[0], a[1]).map(|s| build::string(p, s.as_bytes()))),
    ("float_to_binary", 1, |p, a| float(p, a[0], Term::NIL).map(|s| build::binary(p, s.as_bytes()))),
    ("float_to_binary", 2, |p, a| float(p, a[0], a[1]).map(|s| build::binary(p, s.as_bytes()))),
    ("list_to_float", 1, |p, a| to_float(p, string(a[0]))),
    ("binary_to_float", 1, |p, a| to_float(p, a[0].as_binary().map(|b| b.into_owned()))),
    ("pid_to_list", 1, |p, a| shown(p, a[0], a[0].is_pid())),
    ("port_to_list", 1, |p, a| shown(p, a[0], a[0].is_port())),
    ("ref_to_list", 1, |p, a| {
        etf::references::written(a[0]);
        shown(p, a[0], a[0].is_reference())
    }),
    ("fun_to_list", 1, |p, a| shown(p, a[0], a[0].is_fun())),
    ("list_to_pid", 1, list_to_pid),
    ("list_to_port", 1, list_to_port),
    ("list_to_ref", 1, list_to_ref),
];

/// `erts_internal`'s conversions (26+): errors are atoms, which `erlang.erl` raises.
pub(crate) const INTERNAL: &[Binding] = &[
    ("list_to_integer", 2, integer_prefix),
    ("binary_to_integer", 2, |p, a| internal_integer(p, a[0].as_binary().map(|b| b.into_owned()), a)),
];

/// `{Integer, Rest}` of a list that begins with one, or why there is none.
fn integer_prefix(p: &mut Process, a: &[Term]) -> NativeResult {
    let why = |name: &str| Ok(Term::atom(Atom::new(name)));
    if !a[0].is_list() {
        return why("not_a_list");
    }
    let Some(b) = a[1].as_byte().filter(|b| (2..=36).contains(b)) else { return why("badarg") };
    let mut rest = a[0];
    let mut text = Vec::new();
    while let Some((head, tail)) = rest.as_cons() {
        let Some(c) = head.as_byte() else { break };
        let sign = text.is_empty() && matches!(c, b'+' | b'-');
        if !sign && char::from(c).to_digit(u32::from(b)).is_none() {
            break;
        }
        text.push(c);
        rest = tail;
    }
    p.charge(text.len() / 50);
    match parse_integer(p, &text, b) {
        Ok(n) => Ok(build::tuple(p, &[n, rest])),
        Err(ArithError::SystemLimit) => why("system_limit"),
        Err(ArithError::Badarith) => why("no_integer"),
    }
}

/// A number, or why it is none.
fn internal_integer(p: &mut Process, bytes: Option<Vec<u8>>, a: &[Term]) -> NativeResult {
    match to_integer(p, bytes, Some(a[1])) {
        Ok(n) => Ok(n),
        Err(_) => Ok(p.exception().reason),
    }
}

/// A list of bytes.
fn string(t: Term) -> Option<Vec<u8>> {
    if t.is_list() { term_args::bytes(t) } else { None }
}

fn atom_to_binary(p: &mut Process, t: Term, encoding: Term) -> NativeResult {
    let text = term_args::atom(p, t)?.text();
    match encoding.as_atom() {
        Some(atom::UTF8) => Ok(build::binary(p, text.as_bytes())),
        Some(a) if a.text() == "unicode" => Ok(build::binary(p, text.as_bytes())),
        Some(atom::LATIN1) => {
            let bytes: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
            match bytes {
                Some(bytes) => Ok(build::binary(p, &bytes)),
                None => Err(p.badarg()),
            }
        }
        _ => Err(p.badarg()),
    }
}

fn make_atom(p: &mut Process, text: &str, existing: bool) -> NativeResult {
    if text.chars().count() > MAX_CHARACTERS {
        return Err(if existing { p.badarg() } else { p.system_limit() });
    }
    if existing {
        return Atom::existing(text).map(Term::atom).ok_or_else(|| p.badarg());
    }
    Atom::try_new(text).map(Term::atom).map_err(|_| p.system_limit())
}

fn list_to_atom(p: &mut Process, t: Term, existing: bool) -> NativeResult {
    match term_args::text(t).filter(|_| t.is_list()) {
        Some(text) => make_atom(p, &text, existing),
        None => Err(p.badarg()),
    }
}

fn binary_to_atom(p: &mut Process, t: Term, encoding: Term, existing: bool) -> NativeResult {
    let Some(bytes) = t.as_binary() else { return Err(p.badarg()) };
    let text: Option<String> = match encoding.as_atom() {
        Some(atom::LATIN1) => Some(bytes.iter().map(|b| char::from(*b)).collect()),
        Some(a) if a == atom::UTF8 || a.text() == "unicode" => match core::str::from_utf8(&bytes) {
            Ok(text) => Some(text.into()),
            // Too long before it is wrong: what is there is enough to say so.
            Err(e) => core::str::from_utf8(&bytes[..e.valid_up_to()])
                .ok()
                .filter(|t| t.chars().count() > 255)
                .map(String::from),
        },
        _ => None,
    };
    match text {
        Some(text) => make_atom(p, &text, existing),
        None => Err(p.badarg()),
    }
}

fn base(p: &mut Process, t: Option<Term>) -> Result<u8, Bail> {
    match t {
        None => Ok(10),
        Some(t) => t.as_byte().filter(|b| (2..=36).contains(b)).ok_or_else(|| p.badarg()),
    }
}

/// What `made` makes of an integer's text.
fn integer(p: &mut Process, t: Term, b: Option<Term>, made: fn(&mut Process, &[u8]) -> Term) -> NativeResult {
    // Limbs divided for one reduction.
    const RATE: usize = 8;
    let b = base(p, b)?;
    if let Some(mut digits) = Digits::new(t, b) {
        return p.run_job(move |p: &mut Process| {
            let mut left = budget(p, RATE);
            let before = left;
            let text = digits.run(&mut left);
            p.charge((before - left) / RATE + 1);
            text.map(|text| Ok(made(p, &text)))
        });
    }
    let s = text::format(t, b).ok_or_else(|| p.badarg())?;
    p.charge(s.len() / 50);
    Ok(made(p, s.as_bytes()))
}

fn to_integer(p: &mut Process, bytes: Option<Vec<u8>>, b: Option<Term>) -> NativeResult {
    let b = base(p, b)?;
    let Some(bytes) = bytes else { return Err(p.badarg()) };
    p.charge(bytes.len() / 50);
    parse_integer(p, &bytes, b).map_err(|e| match e {
        ArithError::SystemLimit => p.system_limit(),
        ArithError::Badarith => p.badarg(),
    })
}

/// How floats are written.
enum Format {
    Scientific,
    Fixed,
    Short,
}

/// `[{decimals, N} | {scientific, N} | compact | short]`.
fn float(p: &mut Process, t: Term, options: Term) -> Result<String, Bail> {
    let Some(f) = t.as_float() else { return Err(p.badarg()) };
    // The last format counts, and its number alone must be one.
    let (mut format, mut decimals, mut compact) = (Format::Scientific, 20, false);
    for o in term_args::list(p, options)? {
        match (o.as_atom(), o.as_tuple_of::<2>()) {
            (Some(a), _) if a.text() == "compact" => compact = true,
            (Some(a), _) if a.text() == "short" => format = Format::Short,
            (None, Some([k, n])) => {
                decimals = n.as_small().ok_or_else(|| p.badarg())?;
                format = match k.as_atom().map(Atom::text) {
                    Some("decimals") => Format::Fixed,
                    Some("scientific") => Format::Scientific,
                    _ => return Err(p.badarg()),
                };
            }
            _ => return Err(p.badarg()),
        }
    }
    let at_most = |most: usize| usize::try_from(decimals).ok().filter(|n| *n <= most);
    let s = match format {
        Format::Short => Some(float_text::short(f)),
        Format::Fixed => at_most(253).and_then(|n| float_text::fixed(f, n, compact)),
        Format::Scientific => at_most(249).and_then(|n| float_text::scientific(f, n)),
    };
    s.ok_or_else(|| p.badarg())
}

fn to_float(p: &mut Process, bytes: Option<Vec<u8>>) -> NativeResult {
    match bytes.and_then(|b| float_text::parse(&b)) {
        Some(f) => Ok(build::float(p, f)),
        None => Err(p.badarg()),
    }
}

/// The term as `erlang:display/1` shows it.
fn shown(p: &mut Process, t: Term, ok: bool) -> NativeResult {
    if !ok {
        return Err(p.badarg());
    }
    let s = alloc::format!("{t}");
    let codes: Vec<u32> = s.chars().map(u32::from).collect();
    Ok(build::list_of_ints(p, codes.into_iter(), Term::NIL))
}

/// The numbers of `<0.1.2>`, `#Port<0.1>`, `#Ref<0.1.2.3>`.
fn numbers(t: Term, before: &str) -> Option<Vec<u64>> {
    let s = term_args::text(t)?;
    s.strip_prefix(before)?.strip_suffix('>')?.split('.').map(|n| n.parse().ok()).collect()
}

fn list_to_pid(p: &mut Process, a: &[Term]) -> NativeResult {
    match numbers(a[0], "<").as_deref() {
        Some([0, n, s]) if *n < 1 << 28 && *s < 1 << 32 => {
            Ok(Term::pid(joist_vm::term::Pid::new(*n as u32, *s as u32)))
        }
        _ => Err(p.badarg()),
    }
}

fn list_to_port(p: &mut Process, a: &[Term]) -> NativeResult {
    match numbers(a[0], "#Port<").as_deref() {
        Some([0, n]) if *n < 1 << 60 => Ok(Term::port(joist_vm::term::PortId(*n))),
        _ => Err(p.badarg()),
    }
}

fn list_to_ref(p: &mut Process, a: &[Term]) -> NativeResult {
    match numbers(a[0], "#Ref<").as_deref() {
        Some([0, c, b, a]) if [*a, *b, *c].iter().all(|n| u32::try_from(*n).is_ok()) => {
            Ok(etf::references::read(p, [*a as u32, *b as u32, *c as u32]))
        }
        _ => Err(p.badarg()),
    }
}
