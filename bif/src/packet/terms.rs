//! Packets that were taken apart as terms: what `erlang:decode_packet/3` answers, and what sockets deliver
//! (`packet_callbacks` of `inet_drv.c`).

use joist_vm::atom::{self, Atom};
use joist_vm::term::{Alloc, Term, build};

use super::{Message, Parsed, Target};

/// The packet; `socket` is where a record of TLS names one.
pub fn term(h: &mut dyn Alloc, socket: Term, parsed: &Parsed<'_>, as_binary: bool) -> Term {
    let name = |text| Term::atom(Atom::new(text));
    let string = |h: &mut dyn Alloc, s: &[u8]| if as_binary { build::binary(h, s) } else { build::string(h, s) };
    let pair = |h: &mut dyn Alloc, (a, b): (i32, i32)| build::tuple(h, &[Term::small(a.into()), Term::small(b.into())]);
    match parsed {
        Parsed::SslTls { content, version, prefix, data } => {
            let whole = [prefix.as_ref().map_or(&[][..], |p| &p[..]), data].concat();
            let (version, data) = (pair(h, (version.0.into(), version.1.into())), build::binary(h, &whole));
            build::tuple(h, &[name("ssl_tls"), socket, Term::small((*content).into()), version, data])
        }
        Parsed::Http(Message::EndOfHeaders) => name("http_eoh"),
        Parsed::Http(Message::Error(line)) => {
            let line = string(h, line);
            build::tuple(h, &[name("http_error"), line])
        }
        Parsed::Http(Message::Response { version, status, phrase }) => {
            let (version, phrase) = (pair(h, *version), string(h, phrase));
            build::tuple(h, &[name("http_response"), version, Term::small((*status).into()), phrase])
        }
        Parsed::Http(Message::Request { known, method, target: asked, version }) => {
            let method = known.map_or_else(|| string(h, method), name);
            let (asked, version) = (target(h, asked, &string), pair(h, *version));
            build::tuple(h, &[name("http_request"), method, asked, version])
        }
        Parsed::Http(Message::Header { known, name: written, original, value }) => {
            let key = known.map_or_else(|| string(h, written), |(_, known)| name(known));
            let (original, value) = (string(h, original), string(h, value));
            let number = Term::small(known.map_or(0, |(n, _)| n as i64));
            build::tuple(h, &[name("http_header"), number, key, original, value])
        }
    }
}

fn target(h: &mut dyn Alloc, target: &Target<'_>, string: &dyn Fn(&mut dyn Alloc, &[u8]) -> Term) -> Term {
    let name = |text| Term::atom(Atom::new(text));
    match target {
        Target::Star => name("*"),
        Target::Other(text) => string(h, text),
        Target::Path(path) => {
            let path = string(h, path);
            build::tuple(h, &[name("abs_path"), path])
        }
        Target::Scheme(scheme, rest) => {
            let (scheme, rest) = (string(h, scheme), string(h, rest));
            build::tuple(h, &[name("scheme"), scheme, rest])
        }
        Target::Absolute { https, host, port, path } => {
            let (host, path) = (string(h, host), string(h, path));
            let port = if *port == 0 { Term::atom(atom::UNDEFINED) } else { Term::small((*port).into()) };
            let scheme = name(if *https { "https" } else { "http" });
            build::tuple(h, &[name("absoluteURI"), scheme, host, port, path])
        }
    }
}
