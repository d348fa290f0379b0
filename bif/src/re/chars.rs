//! Kinds of characters: PCRE's tables for ISO 8859-1 (which stock Erlang is built with; from OTP 28 on for ASCII) below
//! 256, Unicode's properties and simple case folding from there on.

use super::set::{CharSet, MAX_UTF};
use super::unicode;

/// Are the tables those of ASCII?
fn ascii() -> bool {
    joist_vm::release::at_least(28)
}

/// The bytes of a kind.
fn bytes(kind: impl Fn(u8) -> bool) -> CharSet {
    let ascii = ascii();
    CharSet::from_bytes(|b| kind(b) && (b < 128 || !ascii))
}

pub(super) const fn is_space(b: u8) -> bool {
    matches!(b, 9..=13 | b' ')
}

pub(super) const fn is_lower(b: u8) -> bool {
    matches!(b, b'a'..=b'z' | 0xaa | 0xb5 | 0xba | 0xdf..=0xf6 | 0xf8..=0xff)
}

pub(super) const fn is_upper(b: u8) -> bool {
    matches!(b, b'A'..=b'Z' | 0xc0..=0xd6 | 0xd8..=0xde)
}

pub(super) const fn is_word(b: u8) -> bool {
    is_lower(b) || is_upper(b) || b.is_ascii_digit() || b == b'_'
}

/// The other case of a character of ISO 8859-1, or itself.
pub(super) fn flip(b: u8) -> u8 {
    match b {
        128.. if ascii() => b,
        b'A'..=b'Z' | 0xc0..=0xd6 | 0xd8..=0xde => b + 32,
        b'a'..=b'z' | 0xe0..=0xf6 | 0xf8..=0xfe => b - 32,
        _ => b,
    }
}

const fn is_punct(b: u8) -> bool {
    b.is_ascii_punctuation()
        || matches!(b, 0xa1..=0xbf if !matches!(b, 0xaa | 0xb5 | 0xba)) && b != 0xa0
        || matches!(b, 0xd7 | 0xf7)
}

const fn is_print(b: u8) -> bool {
    matches!(b, b' '..=b'~' | 0xa0..=0xff)
}

/// Horizontal white space (`\h`).
pub(super) fn horizontal() -> CharSet {
    CharSet::of(&[
        (9, 9),
        (32, 32),
        (0xa0, 0xa0),
        (0x1680, 0x1680),
        (0x180e, 0x180e),
        (0x2000, 0x200a),
        (0x202f, 0x202f),
        (0x205f, 0x205f),
        (0x3000, 0x3000),
    ])
}

/// Vertical white space (`\v`).
pub(super) fn vertical() -> CharSet {
    CharSet::of(&[(10, 13), (0x85, 0x85), (0x2028, 0x2029)])
}

/// `\d`, `\s`, `\w` in lower case.
pub(super) fn perl(kind: u8, ucp: bool) -> CharSet {
    match (kind, ucp) {
        (b'd', false) => CharSet::of(&[(48, 57)]),
        (b's', false) => bytes(is_space),
        (_, false) => bytes(is_word),
        (b'd', true) => category("Nd"),
        (b's', true) => with(category("Z"), &[horizontal(), vertical()]),
        (_, true) if ascii() => with(category("L"), &[category("N"), category("Mn"), category("Pc")]),
        (_, true) => with(category("L"), &[category("N"), CharSet::of(&[(95, 95)])]),
    }
}

fn with(mut set: CharSet, more: &[CharSet]) -> CharSet {
    more.iter().for_each(|m| set.union(m));
    set.normalise();
    set
}

/// `[:name:]`.
pub(super) fn posix(name: &[u8], ucp: bool) -> Option<CharSet> {
    if ucp {
        match name {
            b"alpha" => return Some(category("L")),
            b"lower" => return Some(category("Ll")),
            b"upper" => return Some(category("Lu")),
            b"alnum" => return Some(with(category("L"), &[category("N")])),
            b"digit" => return Some(category("Nd")),
            b"blank" => return Some(horizontal()),
            b"space" => return Some(perl(b's', true)),
            b"word" => return Some(perl(b'w', true)),
            b"cntrl" => return Some(category("Cc")),
            b"graph" | b"print" => {
                let hidden = with(category("Z"), &[category("Cc"), category("Cs"), category("Cn")]);
                let mut visible = hidden.negated(MAX_UTF);
                if name == b"print" {
                    visible.union(&category("Zs"));
                    visible.normalise();
                }
                return Some(visible);
            }
            b"punct" => {
                let symbols = if ascii() { 255 } else { 127 };
                return Some(with(category("P"), &[category("S").clipped(symbols)]));
            }
            b"xdigit" if ascii() => {
                let wide = CharSet::of(&[(0xff10, 0xff19), (0xff21, 0xff26), (0xff41, 0xff46)]);
                return Some(with(bytes(|b| b.is_ascii_hexdigit()), &[wide]));
            }
            _ => {}
        }
    }
    Some(match name {
        b"alpha" => bytes(|b| is_lower(b) || is_upper(b)),
        b"lower" => bytes(is_lower),
        b"upper" => bytes(is_upper),
        b"alnum" => bytes(|b| is_word(b) && b != b'_'),
        b"ascii" => CharSet::of(&[(0, 127)]),
        b"blank" => CharSet::of(&[(9, 9), (32, 32)]),
        b"cntrl" => bytes(|b| b < 32 || matches!(b, 127..=159)),
        b"digit" => CharSet::of(&[(48, 57)]),
        b"graph" => bytes(|b| is_print(b) && b != b' ' && b != 0xa0),
        b"print" => bytes(is_print),
        b"punct" => bytes(is_punct),
        b"space" => bytes(is_space),
        b"word" => bytes(is_word),
        b"xdigit" => CharSet::from_bytes(|b| b.is_ascii_hexdigit()),
        _ => return None,
    })
}

/// A general category known to exist.
fn category(name: &str) -> CharSet {
    unicode::category(name).unwrap_or_default()
}

/// `\p{name}`: names as PCRE spells them.
pub(super) fn property(name: &str) -> Option<CharSet> {
    Some(match name {
        "Any" => CharSet::of(&[(0, MAX_UTF)]),
        "L&" => with(category("Ll"), &[category("Lu"), category("Lt")]),
        "Xan" => with(category("L"), &[category("N")]),
        "Xps" | "Xsp" => perl(b's', true),
        "Xwd" => perl(b'w', true),
        "Xuc" => CharSet::of(&[(36, 36), (64, 64), (96, 96), (0xa0, 0xd7ff), (0xe000, MAX_UTF)]),
        _ => return unicode::category(name).or_else(|| unicode::script(name)),
    })
}

/// A property as PCRE 2 takes it: in any case, with white space, hyphens and underscores wherever; scripts by `sc:` or
/// `scx:`, too. Without regard to case, those of one case are of any. (Script extensions, bidirectional classes and binary properties are not known here.)
pub(super) fn loose_property(name: &str, caseless: bool) -> Option<CharSet> {
    let kept = name.bytes().filter(|b| !matches!(b, b' ' | b'\t' | b'-' | b'_'));
    let plain: alloc::string::String = kept.map(|b| char::from(b.to_ascii_lowercase())).collect();
    if let Some((kind, script)) = plain.split_once([':', '=']) {
        let is = matches!(kind, "sc" | "script" | "scx" | "scriptextensions");
        return unicode::script_name(script).filter(|_| is).and_then(unicode::script);
    }
    let mut capital = plain.clone();
    if let Some(first) = capital.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    match &plain[..] {
        "lc" => property("L&"),
        "lu" | "ll" | "lt" if caseless => property("L&"),
        _ => property(&capital).or_else(|| unicode::script_name(&plain).and_then(unicode::script)),
    }
}

/// The set with all other cases of its characters.
pub(super) fn folded(set: &CharSet, utf: bool) -> CharSet {
    let mut out = set.clone();
    if utf {
        let rings = unicode::cases();
        for (a, b) in set.ranges() {
            let cased = &rings[rings.partition_point(|r| r.0 < *a)..rings.partition_point(|r| r.0 <= *b)];
            for (c, _) in cased {
                unicode::other_cases(*c).for_each(|d| out.add(d, d));
            }
        }
    } else {
        for b in 0..=255u8 {
            if set.contains(u32::from(b)) {
                out.add(u32::from(flip(b)), u32::from(flip(b)));
            }
        }
    }
    out.normalise();
    out
}
