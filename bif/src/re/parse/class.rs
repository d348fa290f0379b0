//! Bracketed classes.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::super::ast::{Assert, Node};
use super::super::chars;
use super::super::options as o;
use super::super::set::CharSet;
use super::escape::Escaped;
use super::{Parsed, Parser};

/// What was read last in a class, for ranges.
enum Last {
    Nothing,
    Char(u32),
    /// A set can't begin or end a range.
    Set,
}

impl Parser<'_> {
    /// A class, at its `[`.
    pub(super) fn class(&mut self, items: &mut Vec<Node>) -> Parsed<bool> {
        for (text, ahead) in [(b"[[:<:]]", true), (b"[[:>:]]", false)] {
            if self.eat(text) {
                let word = Node::Set(chars::perl(b'w', self.options.has(o::UCP)).clipped(self.max()));
                items.push(Node::Assert(Assert::WordBoundary));
                let node = Box::new(word);
                items.push(Node::Look { behind: !ahead, negative: false, node, at: self.pos });
                return Ok(false);
            }
        }
        if self.posix_end(self.pos).is_some() {
            let collating = self.src[self.pos + 1] != b':';
            if self.two {
                self.pos = self.posix_end(self.pos).unwrap_or(self.pos) + 2;
            }
            return Err(self.fail(if collating { 31 } else { 13 }));
        }
        self.pos += 1;
        while self.eat(b"\\E") || self.eat(b"\\Q\\E") {}
        let negative = self.eat(b"^");
        // Characters and ranges have cases; named sets have none.
        let (mut plain, mut sets) = (CharSet::new(), CharSet::new());
        let mut last = Last::Nothing;
        let mut first = true;
        let mut quoted = false;
        loop {
            let Some(b) = self.peek() else { return Err(self.fail(6)) };
            if quoted {
                if self.eat(b"\\E") {
                    quoted = false;
                    continue;
                }
            } else {
                if b == b']' && !first {
                    break;
                }
                if self.eat(b"\\Q") {
                    quoted = true;
                    continue;
                }
                if self.eat(b"\\E") {
                    continue;
                }
                if matches!(b, b' ' | b'\t') && self.options.has(o::EXTENDED_MORE) {
                    self.pos += 1;
                    continue;
                }
                if b == b'['
                    && let Some(end) = self.posix_end(self.pos)
                {
                    sets.union(&self.posix(end)?);
                    self.no_range_after()?;
                    (last, first) = (Last::Set, false);
                    continue;
                }
            }
            first = false;
            if b == b'-'
                && !quoted
                && self.src.get(self.pos + 1) != Some(&b']')
                && let Last::Char(from) = last
            {
                self.pos += 1;
                last = Last::Nothing;
                self.range(from, &mut plain)?;
                continue;
            }
            match self.class_item(quoted)? {
                Escaped::Char(c) => {
                    self.crlf |= matches!(c, 10 | 13);
                    plain.add(c, c);
                    last = Last::Char(c);
                }
                Escaped::Set(set) => {
                    sets.union(&set);
                    self.no_range_after()?;
                    last = Last::Set;
                }
                Escaped::Other(b) => {
                    plain.add(u32::from(b), u32::from(b));
                    last = Last::Char(u32::from(b));
                }
            }
        }
        self.pos += 1;
        plain.normalise();
        if self.options.has(o::CASELESS) {
            plain = self.folded(&plain);
        }
        plain.union(&sets);
        plain.normalise();
        let set = plain.clipped(self.max());
        items.push(Node::Set(if negative { set.negated(self.max()) } else { set }));
        Ok(true)
    }

    fn class_item(&mut self, quoted: bool) -> Parsed<Escaped> {
        if self.peek() == Some(b'\\') && !quoted { self.escaped(true) } else { Ok(Escaped::Char(self.next_char())) }
    }

    /// A set is no beginning of a range. (For PCRE 8 the hyphen stands for itself.)
    fn no_range_after(&self) -> Parsed<()> {
        let range = self.two && self.peek() == Some(b'-') && self.src.get(self.pos + 1).is_some_and(|b| *b != b']');
        if range { Err(self.after(83)) } else { Ok(()) }
    }

    /// What follows `from-`.
    fn range(&mut self, from: u32, plain: &mut CharSet) -> Parsed<()> {
        let mut quoted = false;
        while self.looking_at(b"\\E") || self.looking_at(b"\\Q") {
            quoted = self.src[self.pos + 1] == b'Q';
            self.pos += 2;
        }
        let Some(b) = self.peek() else { return Err(self.fail(6)) };
        if b == b']' && !quoted {
            plain.add(u32::from(b'-'), u32::from(b'-'));
            return Ok(());
        }
        if b == b'['
            && !quoted
            && let Some(end) = self.posix_end(self.pos)
        {
            self.pos = if self.two { end + 2 } else { self.pos };
            return Err(self.fail(83));
        }
        match self.class_item(quoted)? {
            Escaped::Set(_) | Escaped::Other(_) => {
                return Err(self.before(83));
            }
            Escaped::Char(to) if to < from => {
                return Err(self.before(8));
            }
            Escaped::Char(to) => plain.add(from, to),
        }
        if quoted {
            self.eat(b"\\E");
        }
        Ok(())
    }

    /// Where `[:name:]`, `[.x.]` or `[=x=]` ends that begins at `at`: the position of its last mark.
    fn posix_end(&self, at: usize) -> Option<usize> {
        let mark = *self.src.get(at + 1)?;
        if !matches!(mark, b':' | b'.' | b'=') {
            return None;
        }
        let mut i = at + 2;
        loop {
            match self.src.get(i)? {
                b'\\' if matches!(self.src.get(i + 1), Some(b']' | b'\\')) => i += 1,
                b'[' if self.src.get(i + 1) == Some(&mark) => return None,
                b']' => return None,
                b if *b == mark && self.src.get(i + 1) == Some(&b']') => return Some(i),
                _ => {}
            }
            i += 1;
        }
    }

    fn posix(&mut self, end: usize) -> Parsed<CharSet> {
        if self.src[self.pos + 1] != b':' {
            self.pos = if self.two { end + 2 } else { self.pos };
            return Err(self.fail(31));
        }
        let mut name = &self.src[self.pos + 2..end];
        let mut negative = false;
        if let [b'^', rest @ ..] = name {
            (negative, name) = (true, rest);
        }
        if self.options.has(o::CASELESS) && matches!(name, b"lower" | b"upper") {
            name = b"alpha";
        }
        let digits = matches!(name, b"digit" | b"xdigit") && self.options.has(o::ASCII_POSIX_DIGITS);
        let ucp = self.options.has(o::UCP) && !self.options.has(o::ASCII_POSIX) && !digits;
        let Some(set) = chars::posix(name, ucp) else {
            self.pos = if self.two { end + 2 } else { self.pos + 2 + usize::from(negative) };
            return Err(self.fail(30));
        };
        self.pos = end + 2;
        let set = set.clipped(self.max());
        Ok(if negative { set.negated(self.max()) } else { set })
    }
}
