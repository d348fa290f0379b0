//! References to groups: by number, relative number or name, before or after the group itself.

use alloc::vec::Vec;

use super::super::ast::{Condition, Node};
use super::super::error;
use super::super::options as o;
use super::{Parsed, Parser, PatternError};

/// A group, as a reference names it.
pub(super) enum Target {
    Number(u32),
    Name(Vec<u8>),
}

/// Numbers from here on stand for entries of the list of pending references.
const PENDING: u32 = 1 << 24;

impl Parser<'_> {
    /// Notes a reference; its number until all groups are known.
    pub(super) fn refer(&mut self, target: Target, at: usize) -> u32 {
        self.pending.push((target, at));
        PENDING + (self.pending.len() - 1) as u32
    }

    fn back(&mut self, target: Target, at: usize) -> Node {
        let fold = self.options.has(o::CASELESS);
        Node::Back { groups: alloc::vec![self.refer(target, at)], fold }
    }

    /// `\1` …: none when these digits are an octal number.
    pub(super) fn digits_reference(&mut self) -> Parsed<Option<Node>> {
        let start = self.pos;
        self.pos += 1;
        let Some(n) = self.number(i32::MAX as u32) else { return Err(self.too_large()) };
        let most = if self.two { 10 } else { 8 };
        if n < most || n <= self.groups || self.two && self.src[start + 1] >= b'8' {
            return Ok(Some(self.back_number(n)));
        }
        self.pos = start;
        Ok(None)
    }

    fn too_large(&mut self) -> PatternError {
        while self.peek().is_some_and(|b| b.is_ascii_digit()) {
            self.pos += 1;
        }
        self.pos -= 1;
        self.fail(61)
    }

    /// `\g…` and `\k…`.
    pub(super) fn braced_reference(&mut self) -> Parsed<Node> {
        let letter = self.src[self.pos + 1];
        self.pos += 2;
        let (open, open_at) = (self.peek(), self.pos);
        if letter == b'k' {
            let close = match open {
                Some(b'{') => b'}',
                Some(b'<') => b'>',
                Some(b'\'') => b'\'',
                _ => return Err(self.before(69)),
            };
            self.pos += 1;
            let name = self.name(close)?;
            return Ok(self.back_named(name));
        }
        if self.two && !open.is_some_and(|b| matches!(b, b'<' | b'\'' | b'{' | b'-' | b'+' | b'0'..=b'9')) {
            return Err(self.fail(57));
        }
        if let Some(mark @ (b'<' | b'\'')) = open {
            let close = if mark == b'<' { b'>' } else { mark };
            self.pos += 1;
            if matches!(self.peek(), Some(b'0'..=b'9' | b'+' | b'-')) {
                let n = self.signed(57)?;
                if self.peek() != Some(close) {
                    if self.two {
                        return Err(self.fail(error::BAD_NUMBER));
                    }
                    self.pos = open_at;
                    return Err(self.fail(57));
                }
                self.pos += 1;
                return Ok(self.call_at(n, if self.two { self.pos } else { self.pos - 1 }));
            }
            let name = self.name(close)?;
            return Ok(self.call_named(name));
        }
        let braced = self.eat(b"{");
        if braced && !matches!(self.peek(), Some(b'0'..=b'9' | b'-' | b'+')) {
            let name = self.name(b'}')?;
            return Ok(self.back_named(name));
        }
        if self.two {
            return self.numbered(open_at, braced);
        }
        let negative = self.eat(b"-");
        if !self.peek().is_some_and(|b| b.is_ascii_digit()) {
            let code = if braced && self.peek() != Some(b'}') { 57 } else { 58 };
            self.pos -= 1;
            return Err(self.fail(code));
        }
        let Some(n) = self.number(i32::MAX as u32) else { return Err(self.too_large()) };
        if braced && !self.eat(b"}") {
            return Err(self.fail(57));
        }
        if n == 0 {
            self.pos -= 1;
            return Err(self.fail(58));
        }
        let n = if negative {
            if n > self.groups {
                self.pos -= 1;
                return Err(self.fail(15));
            }
            self.groups - n + 1
        } else {
            n
        };
        Ok(self.back_number(n))
    }

    /// `\g1`, `\g{-1}`, `\g{+1}` as PCRE 2 takes them.
    fn numbered(&mut self, open_at: usize, braced: bool) -> Parsed<Node> {
        let sign = self.peek().filter(|b| matches!(b, b'+' | b'-'));
        self.pos += usize::from(sign.is_some());
        if !self.peek().is_some_and(|b| b.is_ascii_digit()) {
            return Err(self.fail(57));
        }
        let Some(n) = self.number(i32::MAX as u32) else { return Err(self.too_large()) };
        if sign == Some(b'-') && n > self.groups {
            let at = if braced { open_at } else { self.pos };
            return Err(PatternError { code: 15, at });
        }
        if braced && !self.eat(b"}") {
            return Err(self.fail(57));
        }
        if n == 0 {
            return Err(self.fail(if sign.is_some() { error::RELATIVE_ZERO } else { 15 }));
        }
        Ok(self.back_number(match sign {
            Some(b'-') => self.groups - n + 1,
            Some(_) => n.saturating_add(self.groups),
            None => n,
        }))
    }

    fn back_number(&mut self, n: u32) -> Node {
        let at = if self.two { self.pos } else { self.src.len() };
        self.back(Target::Number(n), at)
    }

    /// A group's number, `+` and `-` relative to this place.
    pub(super) fn signed(&mut self, bad: u8) -> Parsed<u32> {
        let sign = self.peek().filter(|b| matches!(b, b'+' | b'-'));
        if sign.is_some() {
            self.pos += 1;
            if !self.peek().is_some_and(|b| b.is_ascii_digit()) {
                return Err(match self.peek() {
                    None if self.two => self.fail(14),
                    _ if sign == Some(b'+') => self.after(63),
                    _ => self.fail(bad),
                });
            }
        }
        let Some(n) = self.number(i32::MAX as u32) else { return Err(self.too_large()) };
        match sign {
            None => Ok(n),
            Some(_) if n == 0 => Err(self.fail(if self.two { error::RELATIVE_ZERO } else { 58 })),
            Some(b'+') => Ok(n.saturating_add(self.groups)),
            _ if n > self.groups => Err(self.fail(15)),
            _ => Ok(self.groups - n + 1),
        }
    }

    pub(super) fn call(&mut self, n: u32) -> Node {
        self.call_at(n, self.pos - 1)
    }

    fn call_at(&mut self, n: u32, at: usize) -> Node {
        let group = if n == 0 { 0 } else { self.refer(Target::Number(n), at) };
        Node::Call(group, at)
    }

    pub(super) fn call_named(&mut self, name: Vec<u8>) -> Node {
        let at = self.pos - 1 - if self.two { name.len() } else { 0 };
        Node::Call(self.refer(Target::Name(name), at), at)
    }

    pub(super) fn back_named(&mut self, name: Vec<u8>) -> Node {
        let at = self.pos - 1 - if self.two { name.len() } else { 0 };
        self.back(Target::Name(name), at)
    }

    /// A name and its terminator.
    pub(super) fn name(&mut self, close: u8) -> Parsed<Vec<u8>> {
        if self.peek().is_some_and(|b| b.is_ascii_digit()) {
            return Err(self.after(84));
        }
        let name = self.word();
        if self.two && name.len() > 128 {
            return Err(self.fail(48));
        }
        if self.peek() != Some(close) {
            return Err(self.fail(if name.is_empty() { 62 } else { 42 }));
        }
        if name.is_empty() {
            return Err(self.fail(62));
        }
        if name.len() > 32 && !self.two {
            return Err(self.fail(48));
        }
        self.pos += 1;
        Ok(name)
    }

    pub(super) fn word(&mut self) -> Vec<u8> {
        let rest = &self.src[self.pos..];
        let n = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
        self.pos += n;
        rest[..n].to_vec()
    }

    /// Puts real numbers into all references.
    pub(super) fn resolve(&mut self, node: &mut Node) -> Parsed<()> {
        match node {
            Node::Back { groups, .. } => *groups = self.targets(groups[0])?,
            Node::Call(group, _) if *group >= PENDING => *group = self.targets(*group)?[0],
            Node::Group(_, n) | Node::Atomic(n) | Node::Look { node: n, .. } | Node::Repeat { node: n, .. } => {
                self.resolve(n)?;
            }
            Node::Alt(all) | Node::Cat(all) => all.iter_mut().try_for_each(|n| self.resolve(n))?,
            Node::Cond { condition, yes, no } => {
                match condition {
                    Condition::Groups(groups) => *groups = self.targets(groups[0])?,
                    Condition::Recursion(Some(groups)) => *groups = self.targets(groups[0])?,
                    Condition::Look(n) => self.resolve(n)?,
                    _ => {}
                }
                self.resolve(yes)?;
                self.resolve(no)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn targets(&self, reference: u32) -> Parsed<Vec<u32>> {
        let (target, at) = &self.pending[(reference - PENDING) as usize];
        let missing = PatternError { code: 15, at: *at };
        match target {
            Target::Number(n) if *n <= self.groups => Ok(alloc::vec![*n]),
            Target::Number(_) => Err(missing),
            Target::Name(name) => {
                let mut all: Vec<u32> = self.names.iter().filter(|e| e.0 == *name).map(|e| e.1).collect();
                all.sort_unstable();
                all.dedup();
                if all.is_empty() { Err(missing) } else { Ok(all) }
            }
        }
    }
}
