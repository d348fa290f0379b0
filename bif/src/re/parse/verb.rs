//! `(*VERB)`s: options at the very start of a pattern, backtracking control anywhere.

use alloc::vec::Vec;

use super::super::ast::{Node, Verb};
use super::super::options::{self as o, Newline};
use super::{Parsed, Parser};

/// A verb that PCRE 8 doesn't have.
const NOT_KNOWN: u32 = u32::MAX;

impl Parser<'_> {
    /// `(*UTF)` and the like, before anything else.
    pub(super) fn leading_verbs(&mut self) -> Parsed<()> {
        loop {
            let newlines = [
                (&b"(*CR)"[..], Newline::Cr),
                (b"(*LF)", Newline::Lf),
                (b"(*CRLF)", Newline::Crlf),
                (b"(*ANYCRLF)", Newline::AnyCrlf),
                (b"(*ANY)", Newline::Any),
            ];
            let flags = [
                (&b"(*UTF8)"[..], o::UTF),
                (b"(*UTF)", o::UTF),
                (b"(*UCP)", o::UCP),
                (b"(*NO_START_OPT)", o::NO_START_OPTIMIZE),
                (b"(*NO_AUTO_POSSESS)", 0),
                (b"(*NO_JIT)", if self.two { 0 } else { NOT_KNOWN }),
                (b"(*NO_DOTSTAR_ANCHOR)", if self.two { 0 } else { NOT_KNOWN }),
                (b"(*NOTEMPTY)", if self.two { o::NOTEMPTY } else { NOT_KNOWN }),
                (b"(*NOTEMPTY_ATSTART)", if self.two { o::NOTEMPTY_ATSTART } else { NOT_KNOWN }),
                (b"(*BSR_ANYCRLF)", o::BSR_ANYCRLF),
                (b"(*BSR_UNICODE)", o::BSR_UNICODE),
            ];
            if let Some((_, newline)) = newlines.into_iter().find(|(text, _)| self.eat(text)) {
                self.options.newline = newline;
                self.options.set(o::NEWLINE_GIVEN, true);
                self.options.set(o::NEWLINE_CONFLICT, false);
            } else if let Some((_, flag)) = flags.into_iter().find(|(text, flag)| *flag != NOT_KNOWN && self.eat(text))
            {
                if flag & (o::BSR_ANYCRLF | o::BSR_UNICODE) != 0 {
                    self.options.set(o::BSR_ANYCRLF | o::BSR_UNICODE, false);
                }
                self.options.set(flag, true);
            } else if let Some(n) = self.limit(b"(*LIMIT_MATCH=") {
                self.options.match_limit = Some(self.options.match_limit.map_or(n, |m| m.min(n)));
            } else if self.two && self.limit(b"(*LIMIT_HEAP=").is_some() {
                // The matcher's memory has a limit of its own.
            } else if let Some(n) = self.limit(b"(*LIMIT_RECURSION=").or_else(|| self.depth_limit()) {
                self.options.recursion_limit = Some(self.options.recursion_limit.map_or(n, |m| m.min(n)));
            } else {
                return Ok(());
            }
        }
    }

    fn depth_limit(&mut self) -> Option<u32> {
        if self.two { self.limit(b"(*LIMIT_DEPTH=") } else { None }
    }

    fn limit(&mut self, text: &[u8]) -> Option<u32> {
        let start = self.pos;
        if self.eat(text) && self.peek().is_some_and(|b| b.is_ascii_digit()) {
            let n = self.number(u32::MAX - 1);
            if n.is_some() && self.eat(b")") {
                return n;
            }
        }
        self.pos = start;
        None
    }

    /// A verb, at its `(*`.
    pub(super) fn verb(&mut self, items: &mut Vec<Node>) -> Parsed<()> {
        self.pos += 2;
        let rest = &self.src[self.pos..];
        let n = rest.iter().take_while(|b| b.is_ascii_alphabetic()).count();
        let name = &rest[..n];
        self.pos += n;
        let known: [&[u8]; 9] = [b"", b"MARK", b"ACCEPT", b"FAIL", b"F", b"COMMIT", b"PRUNE", b"SKIP", b"THEN"];
        if self.two && !known.contains(&name) {
            return Err(self.fail(60));
        }
        let mut argument = None;
        if self.eat(b":") {
            let rest = &self.src[self.pos..];
            let n = rest.iter().position(|b| *b == b')').unwrap_or(rest.len());
            if n > 255 {
                self.pos += n;
                return Err(self.fail(75));
            }
            argument = Some(rest[..n].to_vec());
            self.pos += n;
        }
        if self.peek() != Some(b')') {
            return Err(self.fail(60));
        }
        let given = argument.filter(|a| !a.is_empty());
        let mark = given.map(|a| match self.marks.iter().position(|m| *m == a) {
            Some(i) => i as u32,
            None => {
                self.marks.push(a);
                (self.marks.len() - 1) as u32
            }
        });
        let node = match name {
            b"ACCEPT" | b"FAIL" | b"F" | b"COMMIT" if mark.is_some() && !self.two => return Err(self.fail(59)),
            b"ACCEPT" => Node::Accept,
            b"FAIL" | b"F" => Node::Fail,
            b"COMMIT" => Node::Verb(Verb::Commit, None),
            b"MARK" | b"" => match mark {
                Some(m) => Node::Mark(m),
                None => return Err(self.fail(66)),
            },
            // Their names are no marks for `(*SKIP:NAME)`.
            b"PRUNE" => Node::Verb(Verb::Prune, None),
            b"THEN" => Node::Verb(Verb::Then, None),
            b"SKIP" => Node::Verb(Verb::Skip, mark),
            _ => return Err(self.fail(60)),
        };
        self.pos += 1;
        items.push(node);
        Ok(())
    }
}
