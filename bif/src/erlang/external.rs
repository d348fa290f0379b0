//! The external term format (`external.c`).

use joist_vm::atom;
use joist_vm::etf::{self, CodeLinker, DecodeError, DecodeOptions, EncodeOptions};
use joist_vm::node;
use joist_vm::process::{Bail, NativeResult, Process};
use joist_vm::term::{Term, build};

use crate::table::Binding;
use crate::term_args;

pub(crate) const BINDINGS: &[Binding] = &[
    ("term_to_binary", 1, |p, a| encode(p, a[0], Term::NIL)),
    ("term_to_binary", 2, |p, a| encode(p, a[0], a[1])),
    ("term_to_iovec", 1, |p, a| encode(p, a[0], Term::NIL).map(|b| build::cons(p, b, Term::NIL))),
    ("term_to_iovec", 2, |p, a| encode(p, a[0], a[1]).map(|b| build::cons(p, b, Term::NIL))),
    ("binary_to_term", 1, |p, a| decode(p, a[0], Term::NIL)),
    ("binary_to_term", 2, |p, a| decode(p, a[0], a[1])),
    ("external_size", 1, |p, a| size(p, a[0], Term::NIL)),
    ("external_size", 2, |p, a| size(p, a[0], a[1])),
];

fn encode_options(p: &mut Process, list: Term) -> Result<EncodeOptions, Bail> {
    let mut o = EncodeOptions { node: node::this(), ..EncodeOptions::default() };
    for option in term_args::list(p, list)? {
        if option.is(atom::COMPRESSED) {
            o.compression = 6;
        } else if option.is(atom::DETERMINISTIC) {
            o.deterministic = true;
        } else if option.is(atom::LOCAL) {
            // Only a hint on which identifiers come back: ours do in any case.
        } else {
            match option.as_tuple_of::<2>() {
                Some([k, n]) if k.is(atom::COMPRESSED) => {
                    o.compression = n.as_byte().filter(|n| *n <= 9).ok_or_else(|| p.badarg())?;
                }
                Some([k, n]) if k.is(atom::MINOR_VERSION) => {
                    let n = n.as_byte().filter(|n| *n <= 2).ok_or_else(|| p.badarg())?;
                    o = o.minor_version(u32::from(n));
                }
                _ => return Err(p.badarg()),
            }
        }
    }
    Ok(o)
}

fn encode(p: &mut Process, t: Term, options: Term) -> NativeResult {
    let o = encode_options(p, options)?;
    let bytes = etf::encode(t, &o);
    p.charge(bytes.len() / 100);
    Ok(build::binary(p, &bytes))
}

fn size(p: &mut Process, t: Term, options: Term) -> NativeResult {
    let o = encode_options(p, options)?;
    Ok(Term::small(etf::external_size(t, &o) as i64))
}

fn decode(p: &mut Process, t: Term, options: Term) -> NativeResult {
    let (mut safe, mut used) = (false, false);
    for option in term_args::list(p, options)? {
        match option.as_atom() {
            Some(atom::SAFE) => safe = true,
            Some(atom::USED) => used = true,
            _ => return Err(p.badarg()),
        }
    }
    let Some(bytes) = t.as_binary() else { return Err(p.badarg()) };
    p.charge(bytes.len() / 100);
    let o = DecodeOptions { linker: &CodeLinker, node: node::this(), safe };
    match etf::decode(p, &bytes, &o) {
        Ok(d) if used => Ok(build::tuple(p, &[d.term, Term::small(d.used as i64)])),
        Ok(d) => Ok(d.term),
        Err(DecodeError::SystemLimit) => Err(p.system_limit()),
        Err(DecodeError::Badarg) => Err(p.badarg()),
    }
}
