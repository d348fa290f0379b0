//! What begins with a backslash.

use alloc::vec::Vec;

use super::super::ast::{Assert, Node};
use super::super::chars;
use super::super::error::{self, PatternError};
use super::super::options as o;
use super::super::set::CharSet;
use super::{Parsed, Parser};

/// An escape that stands for characters, in a class and outside of it.
pub(super) enum Escaped {
    Char(u32),
    Set(CharSet),
    /// A letter that means something else outside of classes.
    Other(u8),
}

impl Parser<'_> {
    /// An escape outside of classes; says whether what it adds may be repeated.
    pub(super) fn escape(&mut self, items: &mut Vec<Node>) -> Parsed<bool> {
        let start = self.pos;
        match self.src.get(self.pos + 1) {
            None => {
                self.pos += 1;
                return Err(self.fail(1));
            }
            Some(b'Q') => {
                self.pos += 2;
                self.quoted = true;
                return Ok(!items.is_empty());
            }
            Some(b'E') => {
                self.pos += 2;
                return Ok(!items.is_empty());
            }
            Some(b'1'..=b'9') => {
                if let Some(node) = self.digits_reference()? {
                    items.push(node);
                    return Ok(true);
                }
            }
            Some(b'g' | b'k') => {
                items.push(self.braced_reference()?);
                return Ok(true);
            }
            _ => {}
        }
        let node = match self.escaped(false)? {
            Escaped::Char(c) => self.literal(c),
            Escaped::Set(set) => Node::Set(set),
            Escaped::Other(letter) => {
                let assert = match letter {
                    b'A' => Assert::SubjectStart,
                    b'Z' => Assert::BeforeLastNewline,
                    b'z' => Assert::SubjectEnd,
                    b'G' => Assert::MatchStart,
                    b'b' => Assert::WordBoundary,
                    b'B' => Assert::NotWordBoundary,
                    b'K' => {
                        if self.two && self.looks > 0 {
                            let at = self.src.len();
                            self.late(start, PatternError { code: error::KEEP_IN_LOOK, at });
                        }
                        items.push(Node::Keep);
                        return Ok(false);
                    }
                    b'C' => {
                        items.push(if self.utf() { Node::Byte } else { Node::Set(CharSet::of(&[(0, 255)])) });
                        return Ok(true);
                    }
                    b'R' => {
                        items.push(Node::Newline);
                        return Ok(true);
                    }
                    b'X' => {
                        items.push(Node::Grapheme);
                        return Ok(true);
                    }
                    b'N' => {
                        let dot = self.dot();
                        items.push(dot);
                        return Ok(true);
                    }
                    _ => {
                        self.pos = start + 2;
                        let c = self.literal(u32::from(letter));
                        items.push(c);
                        return Ok(true);
                    }
                };
                items.push(Node::Assert(assert));
                return Ok(false);
            }
        };
        items.push(node);
        Ok(true)
    }

    /// At a backslash that another character follows.
    pub(super) fn escaped(&mut self, in_class: bool) -> Parsed<Escaped> {
        self.pos += 1;
        let Some(b) = self.peek() else { return Err(self.fail(1)) };
        if !b.is_ascii_alphanumeric() {
            return Ok(Escaped::Char(self.next_char()));
        }
        self.pos += 1;
        let ascii = match b.to_ascii_lowercase() {
            b'd' => o::ASCII_DIGITS,
            b's' => o::ASCII_SPACES,
            _ => o::ASCII_WORDS,
        };
        let (max, ucp) = (self.max(), self.options.has(o::UCP) && !self.options.has(ascii));
        let set = |set: CharSet, negative: bool| {
            let set = set.clipped(max);
            Escaped::Set(if negative { set.negated(max) } else { set })
        };
        Ok(match b {
            b'a' => Escaped::Char(7),
            b'e' => Escaped::Char(27),
            b'f' => Escaped::Char(12),
            b'n' => Escaped::Char(10),
            b'r' => Escaped::Char(13),
            b't' => Escaped::Char(9),
            b'b' if in_class => Escaped::Char(8),
            b'd' | b's' | b'w' => set(chars::perl(b, ucp), false),
            b'D' | b'S' | b'W' => set(chars::perl(b.to_ascii_lowercase(), ucp), true),
            b'h' | b'H' => set(chars::horizontal(), b == b'H'),
            b'v' | b'V' => set(chars::vertical(), b == b'V'),
            b'p' | b'P' => {
                let (property, negative) = self.property(b == b'P')?;
                set(property, negative)
            }
            b'c' => {
                let Some(c) = self.peek() else { return Err(self.fail(2)) };
                if c > 127 || self.two && !(32..127).contains(&c) {
                    return Err(self.after(68));
                }
                self.pos += 1;
                Escaped::Char(u32::from(c.to_ascii_uppercase() ^ 0x40))
            }
            b'x' => Escaped::Char(self.hexadecimal()?),
            b'o' => {
                if !self.eat(b"{") {
                    return Err(self.fail(81));
                }
                Escaped::Char(self.braced_number(8, 80)?)
            }
            b'0'..=b'7' => {
                let mut c = u32::from(b - b'0');
                let mut more = 2;
                while let (Some(d @ b'0'..=b'7'), 1..) = (self.peek(), more) {
                    c = c * 8 + u32::from(d - b'0');
                    self.pos += 1;
                    more -= 1;
                }
                if c > 255 && !self.utf() {
                    return Err(self.fail(51));
                }
                Escaped::Char(c)
            }
            b'8' | b'9' => Escaped::Char(u32::from(b)),
            b'L' | b'l' | b'U' | b'u' => return Err(self.before(37)),
            b'F' if self.two => return Err(self.fail(37)),
            b'N' if self.two && self.looking_at(b"{U+") => {
                self.pos += 3;
                let c = self.digits_and_brace(16, 79)?;
                if !self.utf() {
                    return Err(self.fail(error::NOT_UTF));
                }
                Escaped::Char(c)
            }
            b'N' if in_class => return Err(self.fail(71)),
            b'N' if self.two && self.peek() == Some(b'{') && !is_count(&self.src[self.pos..]) => {
                return Err(self.after(37));
            }
            b'N' if !self.two && self.peek() == Some(b'{') && !self.is_count() => return Err(self.before(37)),
            b'A' | b'Z' | b'z' | b'G' | b'b' | b'B' | b'K' | b'C' | b'R' | b'X' | b'k' if self.two && in_class => {
                return Err(self.fail(error::NOT_IN_CLASS));
            }
            b'A' | b'Z' | b'z' | b'G' | b'b' | b'B' | b'K' | b'C' | b'R' | b'X' | b'N' => Escaped::Other(b),
            b'Q' | b'E' | b'g' | b'k' => Escaped::Char(u32::from(b)),
            _ if self.two => return Err(self.fail(error::UNKNOWN_ESCAPE)),
            _ => Escaped::Char(u32::from(b)),
        })
    }

    fn is_count(&self) -> bool {
        let rest = &self.src[self.pos + 1..];
        let end = rest.iter().position(|b| *b == b'}').unwrap_or(0);
        end > 0 && rest[0].is_ascii_digit() && rest[..end].iter().all(|b| b.is_ascii_digit() || *b == b',')
    }

    fn hexadecimal(&mut self) -> Parsed<u32> {
        if self.eat(b"{") {
            return self.braced_number(16, 79);
        }
        let (mut c, start) = (0, self.pos);
        for _ in 0..2 {
            let Some(d) = self.peek().and_then(|b| char::from(b).to_digit(16)) else { break };
            c = c * 16 + d;
            self.pos += 1;
        }
        if self.two && self.pos == start { Err(self.fail(86)) } else { Ok(c) }
    }

    fn braced_number(&mut self, base: u32, bad: u8) -> Parsed<u32> {
        if self.two {
            self.blanks();
        }
        self.digits_and_brace(base, bad)
    }

    fn digits_and_brace(&mut self, base: u32, bad: u8) -> Parsed<u32> {
        let start = self.pos;
        let mut c: u32 = 0;
        while let Some(d) = self.peek().and_then(|b| char::from(b).to_digit(base)) {
            c = c.saturating_mul(base).saturating_add(d);
            self.pos += 1;
            if c > self.max() {
                while self.peek().is_some_and(|b| char::from(b).is_digit(base)) {
                    self.pos += 1;
                }
                return Err(self.fail(34));
            }
        }
        if self.two {
            if self.utf() && (0xd800..0xe000).contains(&c) {
                return Err(self.fail(73));
            }
            if self.pos == start && matches!(self.peek(), None | Some(b'}')) {
                return Err(self.fail(86));
            }
            self.blanks();
        }
        if self.peek() != Some(b'}') {
            return Err(self.after(bad));
        }
        if self.pos == start {
            return Err(self.fail(86));
        }
        self.pos += 1;
        if self.utf() && (0xd800..0xe000).contains(&c) {
            return Err(self.fail(73));
        }
        Ok(c)
    }

    /// The name after `\p` or `\P`: a letter, or in braces, where `^` negates.
    fn property(&mut self, mut negative: bool) -> Parsed<(CharSet, bool)> {
        let Some(b) = self.peek() else { return Err(self.fail(46)) };
        self.pos += 1;
        if self.two && b != b'{' && !b.is_ascii_alphabetic() {
            return Err(self.fail(46));
        }
        let name = if b == b'{' {
            if self.eat(b"^") {
                negative = !negative;
            }
            let rest = &self.src[self.pos..];
            let n = rest.iter().take(64).position(|b| *b == b'}');
            let Some(n) = n else {
                self.pos = (self.pos + 64).min(self.src.len());
                return Err(self.fail(46));
            };
            self.pos += n + 1;
            &rest[..n]
        } else {
            &self.src[self.pos - 1..self.pos]
        };
        if self.two
            && let Some(bad) = name.iter().position(|b| !b.is_ascii_alphanumeric() && !b" \t-_&:=,".contains(b))
        {
            let braced = usize::from(b == b'{');
            self.pos -= name.len() + braced - bad - 1;
            return Err(self.fail(46));
        }
        let name = core::str::from_utf8(name).ok();
        let set = if self.two {
            name.and_then(|name| chars::loose_property(name, self.options.has(o::CASELESS)))
        } else {
            name.and_then(chars::property)
        };
        match set {
            Some(set) => Ok((set, negative)),
            None => {
                // PCRE 8 points to the name's end.
                Err(self.before(47))
            }
        }
    }
}

/// Does a quantifier in braces stand here, as PCRE 2 takes it?
pub(super) fn is_count(s: &[u8]) -> bool {
    let Some(end) = s.iter().position(|b| *b == b'}') else { return false };
    let inside = &s[1..end];
    let blank = |b: &u8| matches!(b, b' ' | b'\t');
    let number = |part: &[u8]| {
        let part = part.trim_ascii();
        part.iter().all(u8::is_ascii_digit).then_some(!part.is_empty())
    };
    if inside.iter().any(|b| !b.is_ascii_digit() && *b != b',' && !blank(b)) {
        return false;
    }
    match inside.iter().position(|b| *b == b',') {
        None => number(inside) == Some(true),
        Some(comma) => match (number(&inside[..comma]), number(&inside[comma + 1..])) {
            (Some(first), Some(second)) => first || second,
            _ => false,
        },
    }
}
