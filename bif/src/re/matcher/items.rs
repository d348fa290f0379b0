//! Matching single characters, newlines, assertions, back references.

use super::super::ast::Assert;
use super::super::chars;
use super::super::options::{self as o, Newline};
use super::super::parse::{newline_at, newline_before};
use super::super::program::{Item, Program, Set, bit};
use super::super::unicode;
use super::{Matcher, UNSET};

/// The character at a place of valid UTF-8, and its length.
pub(in super::super) fn decode(s: &[u8], at: usize) -> Option<(u32, usize)> {
    let b = *s.get(at)?;
    let tail = |i: usize| u32::from(s.get(at + i).copied().unwrap_or(0) & 0x3f);
    Some(match b {
        0..=0x7f => (u32::from(b), 1),
        0x80..=0xdf => (u32::from(b & 0x1f) << 6 | tail(1), 2),
        0xe0..=0xef => (u32::from(b & 0xf) << 12 | tail(1) << 6 | tail(2), 3),
        _ => (u32::from(b & 7) << 18 | tail(1) << 12 | tail(2) << 6 | tail(3), 4),
    })
}

fn decode_before(s: &[u8], at: usize) -> Option<u32> {
    let mut from = at.checked_sub(1)?;
    while from > 0 && s[from] & 0xc0 == 0x80 {
        from -= 1;
    }
    decode(s, from).map(|c| c.0)
}

fn in_set(set: &Set, s: &[u8], at: usize, utf: bool) -> usize {
    let Some(b) = s.get(at) else { return 0 };
    if *b < 128 || !utf {
        return usize::from(bit(&set.low, *b));
    }
    match decode(s, at) {
        Some((c, n)) if set.full || set.contains(c) => n.min(s.len() - at),
        _ => 0,
    }
}

/// How many bytes the character at a place takes if it is of this kind, else 0.
#[inline]
pub(super) fn one(p: &Program, item: Item, s: &[u8], at: usize) -> usize {
    match item {
        Item::Byte(b) => usize::from(s.get(at) == Some(&b)),
        Item::Set(i) => in_set(&p.sets[i as usize], s, at, p.options.has(o::UTF)),
        Item::Raw => usize::from(at < s.len()),
        Item::CrlfDot => {
            if at >= s.len() || newline_at(s, at, Newline::Crlf, false) > 0 {
                0
            } else if p.options.has(o::UTF) {
                decode(s, at).map_or(0, |c| c.1.min(s.len() - at))
            } else {
                1
            }
        }
    }
}

/// Takes up to `max` characters of a kind: (where it stops, how many). All are one byte long where that is known.
pub(super) fn take(p: &Program, item: Item, s: &[u8], at: usize, max: u32) -> (usize, u32) {
    let end = s.len().min(at.saturating_add(max as usize));
    if at >= s.len() {
        return (at, 0);
    }
    let utf = p.options.has(o::UTF);
    let run = match item {
        Item::Byte(b) => s[at..end].iter().position(|x| *x != b),
        Item::Set(i) if !utf => {
            let set = &p.sets[i as usize];
            if set.full { None } else { s[at..end].iter().position(|x| !bit(&set.low, *x)) }
        }
        Item::Raw => None,
        _ => {
            let (mut pos, mut n) = (at, 0);
            while n < max {
                match one(p, item, s, pos) {
                    0 => break,
                    k => pos += k,
                }
                n += 1;
            }
            return (pos, n);
        }
    };
    let n = run.unwrap_or(end - at);
    (at + n, n as u32)
}

impl Matcher {
    pub(super) fn holds(&self, a: Assert, p: &Program, s: &[u8]) -> bool {
        let utf = p.options.has(o::UTF);
        let (at, end) = (self.pos, s.len());
        let newline = |at: usize| newline_at(s, at, self.newline, utf);
        let last_newline = |at: usize| {
            let n = newline(at);
            n > 0 && at + n == end
        };
        let bol = self.flags & o::NOTBOL == 0;
        let eol = self.flags & o::NOTEOL == 0;
        match a {
            Assert::SubjectStart => at == 0,
            Assert::Circumflex => at == 0 && bol,
            Assert::LineStart => {
                if at == 0 {
                    return bol;
                }
                at < end && newline_before(s, at, self.newline, utf) > 0 && !self.inside_crlf(s, at)
            }
            Assert::Dollar => eol && (at == end || last_newline(at)),
            Assert::DollarEndOnly => eol && at == end,
            Assert::LineEnd => {
                if at == end {
                    return eol;
                }
                newline(at) > 0 && !self.inside_crlf(s, at)
            }
            Assert::BeforeLastNewline => at == end || last_newline(at),
            Assert::SubjectEnd => at == end,
            Assert::MatchStart => at == self.offset,
            Assert::WordBoundary => self.boundary(p, s),
            Assert::NotWordBoundary => !self.boundary(p, s),
        }
    }

    fn inside_crlf(&self, s: &[u8], at: usize) -> bool {
        matches!(self.newline, Newline::Any | Newline::AnyCrlf) && at > 0 && s.get(at - 1..=at) == Some(b"\r\n")
    }

    fn boundary(&self, p: &Program, s: &[u8]) -> bool {
        let utf = p.options.has(o::UTF);
        let word = |c: u32| if utf { p.word.contains(c) } else { bit(&p.word.low, c as u8) };
        let (before, after) = if utf {
            (decode_before(s, self.pos), decode(s, self.pos).map(|c| c.0))
        } else {
            let b = |at: Option<usize>| at.and_then(|at| s.get(at)).map(|b| u32::from(*b));
            (b(self.pos.checked_sub(1)), b(Some(self.pos)))
        };
        before.is_some_and(word) != after.is_some_and(word)
    }

    /// `\R`: how many bytes.
    pub(super) fn newline_sequence(&self, p: &Program, s: &[u8]) -> usize {
        let kind = if self.bsr_anycrlf { Newline::AnyCrlf } else { Newline::Any };
        newline_at(s, self.pos, kind, p.options.has(o::UTF))
    }

    /// What the first set group of a list matched, at this place again: how many bytes; none when it is not here, or
    /// no group is set.
    pub(super) fn reference(&self, p: &Program, s: &[u8], groups: u32, fold: bool) -> Option<usize> {
        let set = p.lists[groups as usize].iter().find(|g| self.slots[2 * **g as usize + 1] != UNSET)?;
        let (from, to) = (self.slots[2 * *set as usize], self.slots[2 * *set as usize + 1]);
        let text = s.get(from..to).unwrap_or_default();
        let here = &s[self.pos..];
        if !fold {
            return here.starts_with(text).then_some(text.len());
        }
        if !p.options.has(o::UTF) {
            let same = here.len() >= text.len() && text.iter().zip(here).all(|(a, b)| a == b || chars::flip(*a) == *b);
            return same.then_some(text.len());
        }
        let (mut i, mut j) = (0, 0);
        while i < text.len() {
            let ((a, n), (b, m)) = (decode(text, i)?, decode(here, j)?);
            if a != b && unicode::other_cases(a).all(|c| c != b) {
                return None;
            }
            (i, j) = (i + n, j + m);
        }
        Some(j.min(here.len()))
    }

    /// The place so many characters before this one.
    pub(super) fn back(&self, p: &Program, s: &[u8], n: u32) -> Option<usize> {
        if !p.options.has(o::UTF) {
            return self.pos.checked_sub(n as usize);
        }
        let mut at = self.pos;
        for _ in 0..n {
            at = at.checked_sub(1)?;
            while at > 0 && s[at] & 0xc0 == 0x80 {
                at -= 1;
            }
        }
        Some(at)
    }
}
