//! A line of HTTP: request, response or header (`packet_parse_http` in `packet_parser.c`).

use alloc::vec::Vec;

/// What a line says. Text is as it came, but for the names of headers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message<'a> {
    Response {
        version: (i32, i32),
        status: i32,
        phrase: &'a [u8],
    },
    Request {
        /// One of [`METHODS`], if it is.
        known: Option<&'static str>,
        method: &'a [u8],
        target: Target<'a>,
        version: (i32, i32),
    },
    Header {
        /// The place in the list of known names, from 1, and the name.
        known: Option<(usize, &'static str)>,
        /// With capitals where words begin.
        name: Vec<u8>,
        original: &'a [u8],
        value: &'a [u8],
    },
    EndOfHeaders,
    /// None of these: the line.
    Error(&'a [u8]),
}

/// What a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target<'a> {
    Star,
    Path(&'a [u8]),
    /// `http://Host:Port/Path`; a port of 0 is none.
    Absolute {
        https: bool,
        host: &'a [u8],
        port: i32,
        path: &'a [u8],
    },
    Scheme(&'a [u8], &'a [u8]),
    Other(&'a [u8]),
}

const METHODS: [&str; 7] = ["OPTIONS", "GET", "HEAD", "POST", "PUT", "DELETE", "TRACE"];

/// The headers that come as atoms, in the order of their numbers.
const HEADERS: [&str; 52] = [
    "Cache-Control",
    "Connection",
    "Date",
    "Pragma",
    "Transfer-Encoding",
    "Upgrade",
    "Via",
    "Accept",
    "Accept-Charset",
    "Accept-Encoding",
    "Accept-Language",
    "Authorization",
    "From",
    "Host",
    "If-Modified-Since",
    "If-Match",
    "If-None-Match",
    "If-Range",
    "If-Unmodified-Since",
    "Max-Forwards",
    "Proxy-Authorization",
    "Range",
    "Referer",
    "User-Agent",
    "Age",
    "Location",
    "Proxy-Authenticate",
    "Public",
    "Retry-After",
    "Server",
    "Vary",
    "Warning",
    "Www-Authenticate",
    "Allow",
    "Content-Base",
    "Content-Encoding",
    "Content-Language",
    "Content-Length",
    "Content-Location",
    "Content-Md5",
    "Content-Range",
    "Content-Type",
    "Etag",
    "Expires",
    "Last-Modified",
    "Accept-Ranges",
    "Set-Cookie",
    "Set-Cookie2",
    "X-Forwarded-For",
    "Cookie",
    "Keep-Alive",
    "Proxy-Connection",
];

/// Names longer than this keep their letters.
const MAX_NAME: usize = 50;

/// Reads a whole line (with the lines that go on with it); `in_headers`: the first line has been read.
pub(super) fn parse<'a>(packet: &'a [u8], in_headers: &mut bool) -> Message<'a> {
    let line = match packet {
        [line @ .., b'\r', _] | [line @ .., b'\n'] => line,
        line => line,
    };
    let parsed = if *in_headers {
        header(line, in_headers)
    } else {
        let first = line.strip_prefix(b"HTTP/").map_or_else(|| request(line), response);
        *in_headers |= first.is_some();
        first
    };
    parsed.unwrap_or(Message::Error(packet))
}

fn is_blank(b: u8) -> bool {
    matches!(b, b' ' | b'\t')
}

/// No letter of a token: controls, blanks, separators, and all beyond ASCII.
fn is_special(b: u8) -> bool {
    b <= b' ' || b >= 128 || b"()<>@,;:\\\"/[]?={}".contains(&b)
}

fn skip_blanks(bytes: &[u8]) -> &[u8] {
    &bytes[bytes.iter().take_while(|b| is_blank(**b)).count()..]
}

/// Digits, and what follows; a number too large wraps, as stock's does.
fn number(bytes: &[u8]) -> (i32, &[u8]) {
    let digits = bytes.iter().take_while(|b| b.is_ascii_digit()).count();
    let (digits, rest) = bytes.split_at(digits);
    (digits.iter().fold(0i32, |n, d| n.wrapping_mul(10).wrapping_add(i32::from(d - b'0'))), rest)
}

/// At least one digit.
fn some_number(bytes: &[u8]) -> Option<(i32, &[u8])> {
    bytes.first().filter(|b| b.is_ascii_digit()).map(|_| number(bytes))
}

/// `Major.Minor`.
fn version(bytes: &[u8]) -> Option<((i32, i32), &[u8])> {
    let (major, rest) = some_number(bytes)?;
    let (minor, rest) = some_number(rest.strip_prefix(b".")?)?;
    Some(((major, minor), rest))
}

/// `Version Status Phrase`, behind `HTTP/`.
fn response(line: &[u8]) -> Option<Message<'_>> {
    let (version, rest) = version(line)?;
    let after = skip_blanks(rest);
    if after.len() == rest.len() {
        return None;
    }
    let (status, rest) = number(after);
    let phrase = skip_blanks(rest);
    let glued = phrase.len() == rest.len() && !rest.is_empty();
    (!glued).then_some(Message::Response { version, status, phrase })
}

/// `Method Target HTTP/Version`; without a version it is HTTP 0.9.
fn request(line: &[u8]) -> Option<Message<'_>> {
    let (method, rest) = line.split_at(line.iter().take_while(|b| !is_special(**b)).count());
    if method.is_empty() || !rest.first().is_some_and(|b| is_blank(*b)) {
        return None;
    }
    let rest = skip_blanks(rest);
    let (uri, rest) = rest.split_at(rest.iter().take_while(|b| !is_blank(**b)).count());
    if uri.is_empty() {
        return None;
    }
    let rest = skip_blanks(rest);
    let version = match rest {
        [] => (0, 9),
        [_, _, _, _, _, _, _, _, ..] => version(rest.strip_prefix(b"HTTP/")?)?.0,
        _ => return None,
    };
    let known = METHODS.into_iter().find(|m| m.as_bytes() == method);
    Some(Message::Request { known, method, target: target(uri), version })
}

fn target(uri: &[u8]) -> Target<'_> {
    let after = |scheme: &str| {
        let (start, rest) = uri.split_at_checked(scheme.len())?;
        start.eq_ignore_ascii_case(scheme.as_bytes()).then_some(rest)
    };
    match uri {
        b"*" => Target::Star,
        [] | [_] | [b'/', ..] => Target::Path(uri),
        _ => {
            if let Some(rest) = after("http://") {
                absolute(false, rest)
            } else if let Some(rest) = after("https://") {
                absolute(true, rest)
            } else {
                match uri.iter().position(|b| *b == b':') {
                    Some(at) => Target::Scheme(&uri[..at], &uri[at + 1..]),
                    None => Target::Other(uri),
                }
            }
        }
    }
}

fn absolute(https: bool, rest: &[u8]) -> Target<'_> {
    let (place, path) = match rest.iter().position(|b| *b == b'/') {
        Some(at) => rest.split_at(at),
        None => (rest, &b"/"[..]),
    };
    let (host, port) = match place.iter().position(|b| *b == b':') {
        Some(at) => match number(&place[at + 1..]) {
            (port, []) => (&place[..at], port),
            _ => (&place[..at], 0),
        },
        None => (place, 0),
    };
    Target::Absolute { https, host, port, path }
}

/// `Name: Value`, or the empty line behind all of them.
fn header<'a>(line: &'a [u8], in_headers: &mut bool) -> Option<Message<'a>> {
    if line.is_empty() {
        // A next message begins with its first line.
        *in_headers = false;
        return Some(Message::EndOfHeaders);
    }
    let len = line.iter().position(|b| is_special(*b))?;
    let (original, rest) = line.split_at(len);
    let value = skip_blanks(rest.strip_prefix(b":")?);
    if len > MAX_NAME {
        return Some(Message::Header { known: None, name: original.to_vec(), original, value });
    }
    let mut capital = true;
    let name: Vec<u8> = original
        .iter()
        .map(|b| {
            let letter = if capital { b.to_ascii_uppercase() } else { b.to_ascii_lowercase() };
            // As stock: a dash that begins a word makes no capital.
            capital = !capital && *b == b'-';
            letter
        })
        .collect();
    let known = HEADERS.iter().position(|h| h.as_bytes() == name).map(|at| (at + 1, HEADERS[at]));
    Some(Message::Header { known, name, original, value })
}
