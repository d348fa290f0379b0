//! `decode_packet/3` (`erl_bif_port.c`); the packets themselves are in [`crate::packet`].

use joist_vm::atom::{self, Atom};
use joist_vm::process::{NativeResult, Process};
use joist_vm::term::{Term, build};

use crate::packet::{self, Kind, Length, Limits};
use crate::table::Binding;
use crate::term_args;

pub(crate) const BINDINGS: &[Binding] = &[("decode_packet", 3, decode)];

/// The kind, and whether HTTP's text is to be binaries.
fn kind(t: Term) -> Option<(Kind, bool)> {
    if let Some(n) = t.as_small() {
        return match n {
            0 => Some((Kind::Raw, false)),
            1 | 2 | 4 => Some((Kind::Sized(n as usize), false)),
            _ => None,
        };
    }
    let kind = match t.as_atom()?.text() {
        "raw" => Kind::Raw,
        "asn1" => Kind::Asn1,
        "sunrm" => Kind::SunRm,
        "cdr" => Kind::Cdr,
        "fcgi" => Kind::Fcgi,
        "line" => Kind::Line,
        "tpkt" => Kind::Tpkt,
        "http" => Kind::Http,
        "http_bin" => return Some((Kind::Http, true)),
        "httph" => Kind::Headers,
        "httph_bin" => return Some((Kind::Headers, true)),
        "ssl_tls" => Kind::SslTls,
        _ => return None,
    };
    Some((kind, false))
}

fn limits(list: Term, kind: Kind) -> Option<Limits> {
    let mut limits = Limits::default();
    for option in list.list_to_vec()? {
        let [name, value] = option.as_tuple_of::<2>()?;
        let value = u32::try_from(value.as_u64()?).ok()?;
        match name.as_atom()?.text() {
            "packet_size" => limits.packet_size = value,
            "line_length" => limits.line_length = value,
            "line_delimiter" if kind == Kind::Line => limits.delimiter = u8::try_from(value).ok()?,
            _ => return None,
        }
    }
    Some(limits)
}

fn decode(p: &mut Process, a: &[Term]) -> NativeResult {
    let Some((kind, as_binary)) = kind(a[0]) else {
        return Err(term_args::badopt(p));
    };
    let (Some(bits), Some(limits)) = (a[1].as_bits(), limits(a[2], kind)) else { return Err(p.badarg()) };
    if !bits.is_binary() && joist_vm::release::at_least(27) {
        return Err(p.badarg());
    }
    // Before OTP 27, bits behind the last byte are no part of a packet, but of the rest.
    let total = bits.len;
    let whole = if bits.is_binary() { a[1] } else { build::sub_bits(p, a[1], 0, total / 8 * 8) };
    let Some(bytes) = whole.as_binary() else { return Err(p.badarg()) };
    let len = match packet::length(kind, &bytes, limits, false) {
        Length::Known(n) if n <= bytes.len() => n,
        Length::Known(n) => {
            let n = build::unsigned(p, n as u64);
            return Ok(build::tuple(p, &[Term::atom(Atom::new("more")), n]));
        }
        Length::Unknown => {
            return Ok(build::tuple(p, &[Term::atom(Atom::new("more")), Term::atom(atom::UNDEFINED)]));
        }
        Length::Invalid => {
            return Ok(build::tuple(p, &[Term::atom(atom::ERROR), Term::atom(Atom::new("invalid"))]));
        }
    };
    p.charge(len / 100);
    let result = match packet::parse(kind, &bytes[..len], &mut false) {
        Some(parsed) => packet::term(p, Term::NIL, &parsed, as_binary),
        None => {
            let (from, n) = packet::body(kind, &bytes[..len]);
            build::sub_bits(p, a[1], from * 8, n * 8)
        }
    };
    let rest = build::sub_bits(p, a[1], len * 8, total - len * 8);
    Ok(build::tuple(p, &[Term::atom(atom::OK), result, rest]))
}
