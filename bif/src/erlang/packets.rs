//! `decode_packet/3` (`erl_bif_port.c`); the packets themselves are in [`crate::packet`].

use joist_vm::atom::{self, Atom};
use joist_vm::process::{NativeResult, Process};
use joist_vm::term::{Term, build};

use crate::packet::{self, Kind, Length, Limits, Message, Parsed, Target};
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
        Some(parsed) => term(p, &parsed, as_binary),
        None => {
            let (from, n) = packet::body(kind, &bytes[..len]);
            build::sub_bits(p, a[1], from * 8, n * 8)
        }
    };
    let rest = build::sub_bits(p, a[1], len * 8, total - len * 8);
    Ok(build::tuple(p, &[Term::atom(atom::OK), result, rest]))
}

/// A packet that was taken apart, as a term.
pub(crate) fn term(p: &mut Process, parsed: &Parsed<'_>, as_binary: bool) -> Term {
    let name = |text| Term::atom(Atom::new(text));
    let string = |p: &mut Process, s: &[u8]| if as_binary { build::binary(p, s) } else { build::string(p, s) };
    let pair = |p: &mut Process, (a, b): (i32, i32)| build::tuple(p, &[Term::small(a.into()), Term::small(b.into())]);
    match parsed {
        Parsed::SslTls { content, version, prefix, data } => {
            let whole = [prefix.as_ref().map_or(&[][..], |p| &p[..]), data].concat();
            let (version, data) = (pair(p, (version.0.into(), version.1.into())), build::binary(p, &whole));
            build::tuple(p, &[name("ssl_tls"), Term::NIL, Term::small((*content).into()), version, data])
        }
        Parsed::Http(Message::EndOfHeaders) => name("http_eoh"),
        Parsed::Http(Message::Error(line)) => {
            let line = string(p, line);
            build::tuple(p, &[name("http_error"), line])
        }
        Parsed::Http(Message::Response { version, status, phrase }) => {
            let (version, phrase) = (pair(p, *version), string(p, phrase));
            build::tuple(p, &[name("http_response"), version, Term::small((*status).into()), phrase])
        }
        Parsed::Http(Message::Request { known, method, target: asked, version }) => {
            let method = known.map_or_else(|| string(p, method), name);
            let (asked, version) = (target(p, asked, &string), pair(p, *version));
            build::tuple(p, &[name("http_request"), method, asked, version])
        }
        Parsed::Http(Message::Header { known, name: written, original, value }) => {
            let key = known.map_or_else(|| string(p, written), |(_, known)| name(known));
            let (original, value) = (string(p, original), string(p, value));
            let number = Term::small(known.map_or(0, |(n, _)| n as i64));
            build::tuple(p, &[name("http_header"), number, key, original, value])
        }
    }
}

fn target(p: &mut Process, target: &Target<'_>, string: &dyn Fn(&mut Process, &[u8]) -> Term) -> Term {
    let name = |text| Term::atom(Atom::new(text));
    match target {
        Target::Star => name("*"),
        Target::Other(text) => string(p, text),
        Target::Path(path) => {
            let path = string(p, path);
            build::tuple(p, &[name("abs_path"), path])
        }
        Target::Scheme(scheme, rest) => {
            let (scheme, rest) = (string(p, scheme), string(p, rest));
            build::tuple(p, &[name("scheme"), scheme, rest])
        }
        Target::Absolute { https, host, port, path } => {
            let (host, path) = (string(p, host), string(p, path));
            let port = if *port == 0 { Term::atom(atom::UNDEFINED) } else { Term::small((*port).into()) };
            let scheme = name(if *https { "https" } else { "http" });
            build::tuple(p, &[name("absoluteURI"), scheme, host, port, path])
        }
    }
}
