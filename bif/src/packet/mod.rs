//! Packets in a stream of bytes, as `erlang:decode_packet/3` and sockets cut them (`packet_parser.c`).

mod http;
mod terms;

pub use http::{Message, Target};
pub use terms::term;

/// The kinds of packets, as the option `packet` names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Raw,
    /// A length field of so many bytes in front: 1, 2 or 4.
    Sized(usize),
    Asn1,
    SunRm,
    Cdr,
    Fcgi,
    Line,
    Tpkt,
    /// HTTP's first line, then its headers.
    Http,
    /// HTTP's headers.
    Headers,
    SslTls,
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 13] = [
        Kind::Raw,
        Kind::Sized(1),
        Kind::Sized(2),
        Kind::Sized(4),
        Kind::Asn1,
        Kind::SunRm,
        Kind::Cdr,
        Kind::Fcgi,
        Kind::Line,
        Kind::Tpkt,
        Kind::Http,
        Kind::Headers,
        Kind::SslTls,
    ];
}

/// What limits packets; 0 is no limit.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The longest packet.
    pub packet_size: u32,
    /// Longer lines are cut.
    pub line_length: u32,
    /// What ends a line.
    pub delimiter: u8,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { packet_size: 0, line_length: 0, delimiter: b'\n' }
    }
}

/// How long the first packet is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// It is all there, or the bytes tell how long it is going to be.
    Known(usize),
    /// More bytes are needed to tell.
    Unknown,
    /// There can be no packet.
    Invalid,
}

use Length::{Invalid, Known, Unknown};

/// The first packet's length, its header included. `in_headers` says whether HTTP's first line has been seen.
#[must_use]
pub fn length(kind: Kind, bytes: &[u8], limits: Limits, in_headers: bool) -> Length {
    match kind {
        Kind::Raw if bytes.is_empty() => Unknown,
        Kind::Raw => Known(bytes.len()),
        Kind::Sized(n) => bytes.get(..n).map_or(Unknown, |field| whole(n, big_endian(field), limits)),
        Kind::SunRm => bytes.get(..4).map_or(Unknown, |field| whole(4, big_endian(field) & 0x7fff_ffff, limits)),
        Kind::Asn1 => asn1(bytes, limits),
        Kind::Cdr => cdr(bytes, limits),
        Kind::Fcgi => match bytes.first_chunk::<8>() {
            None => Unknown,
            Some([1, _, _, _, high, low, padding, _]) => {
                whole(8, big_endian(&[*high, *low]) + u32::from(*padding), limits)
            }
            Some(_) => Invalid,
        },
        Kind::Line => line(bytes, limits),
        Kind::Tpkt => match bytes.first_chunk::<4>() {
            None => Unknown,
            // The length counts the header.
            Some([3, _, high, low]) => whole(4, big_endian(&[*high, *low]).wrapping_sub(4), limits),
            Some(_) => Invalid,
        },
        Kind::Http => http_line(bytes, limits, in_headers),
        Kind::Headers => http_line(bytes, limits, true),
        Kind::SslTls => match bytes.first_chunk::<5>() {
            None => Unknown,
            // The hello of SSL 2: 1:1, Length:15, 1:8, Version:16.
            Some([a, b, 1, _, _]) if a & 0x80 != 0 => {
                whole(5, (big_endian(&[*a, *b]) & 0x7fff).wrapping_sub(3), limits)
            }
            Some([_, _, _, high, low]) => whole(5, big_endian(&[*high, *low]), limits),
        },
    }
}

/// What of a packet is its body: from where, and how much.
#[must_use]
pub fn body(kind: Kind, packet: &[u8]) -> (usize, usize) {
    match kind {
        Kind::Sized(n) => (n, packet.len().saturating_sub(n)),
        Kind::Fcgi => (0, packet.len().saturating_sub(packet.get(6).map_or(0, |padding| usize::from(*padding)))),
        _ => (0, packet.len()),
    }
}

/// A packet that is taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parsed<'a> {
    Http(Message<'a>),
    /// A record of TLS; of an SSL 2 hello, `prefix` makes one of version 3.
    SslTls {
        content: u8,
        version: (u8, u8),
        prefix: Option<[u8; 4]>,
        data: &'a [u8],
    },
}

/// Takes a whole packet apart, if its kind is one that is.
pub fn parse<'a>(kind: Kind, packet: &'a [u8], in_headers: &mut bool) -> Option<Parsed<'a>> {
    match kind {
        Kind::Http => Some(Parsed::Http(http::parse(packet, in_headers))),
        Kind::Headers => {
            *in_headers = true;
            Some(Parsed::Http(http::parse(packet, in_headers)))
        }
        Kind::SslTls => match packet {
            [a, _, 1, major, minor, ..] if a & 0x80 != 0 => {
                let data = &packet[3..];
                let [_, len @ ..] = (data.len() as u32).to_be_bytes();
                let prefix = Some([1, len[0], len[1], len[2]]);
                Some(Parsed::SslTls { content: 22, version: (*major, *minor), prefix, data })
            }
            [content, major, minor, _, _, data @ ..] => {
                Some(Parsed::SslTls { content: *content, version: (*major, *minor), prefix: None, data })
            }
            _ => None,
        },
        _ => None,
    }
}

fn big_endian(field: &[u8]) -> u32 {
    field.iter().fold(0, |n, b| n << 8 | u32::from(*b))
}

/// A packet of a header and so much more. A length of 2 GiB or more is none.
fn whole(header: usize, rest: u32, limits: Limits) -> Length {
    let total = (header as u32).wrapping_add(rest) as i32;
    if (limits.packet_size != 0 && rest > limits.packet_size) || total < header as i32 {
        return Invalid;
    }
    Known(total as usize)
}

/// ASN.1's basic encoding: a tag, a length of up to four bytes.
fn asn1(bytes: &[u8], limits: Limits) -> Length {
    let [tag, rest @ ..] = bytes else { return Unknown };
    let mut rest = rest;
    if rest.is_empty() {
        return Unknown;
    }
    if tag & 0x1f == 0x1f {
        let more = rest.iter().take_while(|b| **b & 0x80 != 0).count();
        rest = &rest[more..];
        if rest.len() < 2 {
            return Unknown;
        }
        rest = &rest[1..];
    }
    let [first, rest @ ..] = rest else { return Unknown };
    let short = u32::from(first & 0x7f);
    let (rest, len) = if first & 0x80 == 0 {
        (rest, short)
    } else {
        let Some((field, rest)) = rest.split_at_checked(short as usize) else { return Unknown };
        if field.len() > 4 {
            return Invalid;
        }
        (rest, big_endian(field))
    };
    whole(bytes.len() - rest.len(), len, limits)
}

/// CORBA's GIOP.
fn cdr(bytes: &[u8], limits: Limits) -> Length {
    match bytes.first_chunk::<12>() {
        None => Unknown,
        Some([b'G', b'I', b'O', b'P', _, _, flags, _, size @ ..]) => {
            let size = if flags & 1 == 0 { u32::from_be_bytes(*size) } else { u32::from_le_bytes(*size) };
            whole(12, size, limits)
        }
        Some(_) => Invalid,
    }
}

fn line(bytes: &[u8], limits: Limits) -> Length {
    let (max, cut) = (limits.packet_size as usize, limits.line_length as usize);
    match memchr::memchr(limits.delimiter, bytes) {
        Some(at) if max != 0 && at + 1 > max => Invalid,
        Some(at) if cut != 0 && at + 1 > cut => Known(cut),
        Some(at) => Known(at + 1),
        None if max != 0 && bytes.len() > max => Invalid,
        None if cut != 0 && bytes.len() >= cut => Known(cut),
        None => Unknown,
    }
}

/// A line of HTTP; one that begins with a blank goes on with the header before.
fn http_line(bytes: &[u8], limits: Limits, in_headers: bool) -> Length {
    if bytes == b"\n" || bytes == b"\r\n" {
        return Known(bytes.len());
    }
    // For users from before there was a packet size.
    let max = if limits.packet_size == 0 { limits.line_length } else { limits.packet_size } as usize;
    let mut from = 0;
    loop {
        let Some(at) = memchr::memchr(b'\n', &bytes[from..]) else {
            return if max != 0 && bytes.len() >= max { Invalid } else { Unknown };
        };
        let len = from + at + 1;
        let done = if max != 0 && len > max { Invalid } else { Known(len) };
        match bytes.get(len) {
            _ if !in_headers => return done,
            Some(b' ' | b'\t') if len > 2 => from = len,
            Some(_) => return done,
            // The next line may be this one's.
            None => return if done == Invalid { Invalid } else { Unknown },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    /// Bytes that are often those that mean something.
    fn bytes(seed: &mut u64) -> Vec<u8> {
        let mut next = || {
            *seed ^= *seed << 13;
            *seed ^= *seed >> 7;
            *seed ^= *seed << 17;
            *seed
        };
        let alphabet = b"\0\x01\x02\x03\x16\x1f\x30\x80\x81\x84\xffGIOPHTTP/1. \t:\r\n-";
        let len = next() % 24;
        (0..len).map(|_| alphabet[next() as usize % alphabet.len()]).collect()
    }

    #[test]
    fn no_bytes_are_too_bad() {
        let mut seed = 0x9e37_79b9_7f4a_7c15;
        let mut whole = 0;
        for round in 0..40_000 {
            let input = bytes(&mut seed);
            let kind = Kind::ALL[round % Kind::ALL.len()];
            let limits =
                Limits { packet_size: (round % 7) as u32 * 5, line_length: (round % 5) as u32, ..Limits::default() };
            let Length::Known(n) = length(kind, &input, limits, false) else { continue };
            if n > input.len() {
                continue;
            }
            whole += 1;
            let (from, len) = body(kind, &input[..n]);
            assert!(from + len <= n);
            let _ = parse(kind, &input[..n], &mut false);
            if !matches!(kind, Kind::Raw | Kind::Http | Kind::Headers | Kind::Line) {
                for cut in 0..n {
                    assert_ne!(length(kind, &input[..cut], limits, false), Length::Invalid, "{kind:?} {input:?}");
                }
            }
        }
        assert!(whole > 1000, "{whole}");
    }
}
