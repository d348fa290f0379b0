//! What begins with a parenthesis.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::super::ast::{Condition, Node};
use super::super::options as o;
use super::reference::Target;
use super::{MAX_NESTING, Parsed, Parser};

impl Parser<'_> {
    /// At a `(`; says whether what it adds may be repeated.
    pub(super) fn group(&mut self, items: &mut Vec<Node>) -> Parsed<bool> {
        let start = self.pos;
        if self.looking_at(b"(*") && matches!(self.src.get(self.pos + 2), Some(b':' | b'A'..=b'Z' | b'a'..=b'z')) {
            self.verb(items)?;
            return Ok(false);
        }
        self.pos += 1;
        if !self.eat(b"?") {
            let node = if self.options.has(o::NO_AUTO_CAPTURE) { self.plain()? } else { self.capture(None)? };
            items.push(node);
            return Ok(true);
        }
        let Some(b) = self.peek() else { return Err(self.fail(12)) };
        self.pos += 1;
        let node = match b {
            b':' => self.plain()?,
            b'|' => {
                let node = self.body(true)?;
                Node::Group(None, Box::new(node))
            }
            b'>' => Node::Atomic(Box::new(self.body(false)?)),
            b'=' | b'!' => self.look(false, b == b'!')?,
            b'<' => match self.peek() {
                Some(b @ (b'=' | b'!')) => {
                    self.pos += 1;
                    self.look(true, b == b'!')?
                }
                Some(b) if b.is_ascii_alphabetic() || b == b'_' => self.named(b'>')?,
                Some(b'0'..=b'9') => return Err(self.fail(84)),
                _ => return Err(self.fail(24)),
            },
            b'\'' => self.named(b'\'')?,
            b'P' => match self.peek() {
                Some(b'<') => {
                    self.pos += 1;
                    self.named(b'>')?
                }
                Some(b'=') => {
                    self.pos += 1;
                    let name = self.name(b')')?;
                    self.back_named(name)
                }
                Some(b'>') => {
                    self.pos += 1;
                    let name = self.name(b')')?;
                    self.call_named(name)
                }
                _ => return Err(self.fail(41)),
            },
            b'&' => {
                let name = self.name(b')')?;
                self.call_named(name)
            }
            b'R' => {
                if !self.eat(b")") {
                    return Err(self.fail(29));
                }
                self.call(0)
            }
            b'+' | b'0'..=b'9' => self.numbered_call()?,
            b'-' if self.peek().is_some_and(|b| b.is_ascii_digit()) => self.numbered_call()?,
            b'C' => {
                if self.number(255).is_none() {
                    self.pos += 1;
                    return Err(self.fail(38));
                }
                if !self.eat(b")") {
                    return Err(self.fail(39));
                }
                return Ok(false);
            }
            b'(' => self.conditional()?,
            _ => {
                self.pos = start + 2;
                return self.inline_options(items);
            }
        };
        items.push(node);
        Ok(true)
    }

    /// The inside of a group and its closing parenthesis.
    fn body(&mut self, reset: bool) -> Parsed<Node> {
        self.depth += 1;
        if self.depth > MAX_NESTING {
            return Err(self.fail(82));
        }
        let node = self.alternatives(reset)?;
        self.depth -= 1;
        if self.eat(b")") { Ok(node) } else { Err(self.fail(14)) }
    }

    fn plain(&mut self) -> Parsed<Node> {
        Ok(Node::Group(None, Box::new(self.body(false)?)))
    }

    fn capture(&mut self, name: Option<Vec<u8>>) -> Parsed<Node> {
        self.groups += 1;
        let n = self.groups;
        if let Some(name) = name {
            for (other, number) in &self.names {
                if *other == name && *number != n && !self.options.has(o::DUPNAMES) {
                    self.pos -= 1;
                    return Err(self.fail(43));
                }
                if *other != name && *number == n {
                    return Err(self.fail(65));
                }
            }
            if self.names.len() >= 10_000 {
                return Err(self.fail(49));
            }
            self.names.push((name, n));
        }
        Ok(Node::Group(Some(n), Box::new(self.body(false)?)))
    }

    fn named(&mut self, close: u8) -> Parsed<Node> {
        // PCRE 8 takes an empty name.
        let empty = self.peek() == Some(close) && !joist_vm::release::at_least(28);
        let name = if empty { Vec::new() } else { self.name(close)? };
        self.pos += usize::from(empty);
        self.capture(Some(name))
    }

    fn look(&mut self, behind: bool, negative: bool) -> Parsed<Node> {
        if !behind && negative && self.eat(b")") {
            return Ok(Node::Fail);
        }
        let node = Box::new(self.body(false)?);
        Ok(Node::Look { behind, negative, node, at: self.pos - 1 })
    }

    fn numbered_call(&mut self) -> Parsed<Node> {
        self.pos -= 1;
        let n = self.signed(29)?;
        if !self.eat(b")") {
            return Err(self.fail(29));
        }
        Ok(self.call(n))
    }

    /// `(?imsxUJ-imsxUJ)` and `(?i:…)`.
    fn inline_options(&mut self, items: &mut Vec<Node>) -> Parsed<bool> {
        let before = self.options;
        let (mut on, mut options) = (true, self.options);
        loop {
            let Some(b) = self.peek() else { return Err(self.fail(14)) };
            self.pos += 1;
            let flag = match b {
                b'-' => {
                    on = false;
                    continue;
                }
                b'i' => o::CASELESS,
                b'm' => o::MULTILINE,
                b's' => o::DOTALL,
                b'x' => o::EXTENDED,
                b'U' => o::UNGREEDY,
                b'X' => 0,
                b'J' => {
                    self.dupnames = true;
                    o::DUPNAMES
                }
                b')' => {
                    self.options = options;
                    return Ok(false);
                }
                b':' => {
                    self.options = options;
                    let node = self.plain()?;
                    self.options = before;
                    items.push(node);
                    return Ok(true);
                }
                _ => {
                    self.pos -= 1;
                    return Err(self.fail(12));
                }
            };
            options.set(flag, on);
        }
    }

    /// `(?(condition)yes|no)`, behind its second parenthesis.
    fn conditional(&mut self) -> Parsed<Node> {
        let mut define = false;
        let condition = match self.peek() {
            Some(b'?') => {
                let mut at = self.pos + 1;
                if self.src.get(at) == Some(&b'C') {
                    // A callout before the assertion means nothing here.
                    let n = self.src[at..].iter().position(|b| *b == b')').unwrap_or(0);
                    at += n + 1;
                    if self.src.get(at..at + 2) != Some(b"(?") {
                        return Err(self.fail(28));
                    }
                    self.pos = at + 1;
                    at += 2;
                }
                let rest = self.src.get(at..).unwrap_or_default();
                let is = matches!(rest, [b'=' | b'!', ..] | [b'<', b'=' | b'!', ..]);
                if !is {
                    return Err(self.fail(28));
                }
                self.pos -= 1;
                let mut look = Vec::new();
                self.group(&mut look)?;
                Condition::Look(Box::new(look.pop().unwrap_or(Node::Fail)))
            }
            _ => {
                let (condition, is_define) = self.group_condition()?;
                define = is_define;
                condition
            }
        };
        let node = self.body(false)?;
        let (yes, no) = match node {
            Node::Alt(mut all) if all.len() <= 2 => {
                if define {
                    return Err(super::PatternError { code: 54, at: self.pos - 1 });
                }
                let no = all.pop().unwrap_or(Node::Empty);
                (all.pop().unwrap_or(Node::Empty), no)
            }
            Node::Alt(_) => return Err(super::PatternError { code: if define { 54 } else { 27 }, at: self.pos - 1 }),
            yes => (yes, Node::Empty),
        };
        Ok(Node::Cond { condition, yes: Box::new(yes), no: Box::new(no) })
    }

    /// A condition without an assertion, and whether it is `DEFINE`.
    fn group_condition(&mut self) -> Parsed<(Condition, bool)> {
        let groups = |n: u32| Condition::Groups(alloc::vec![n]);
        let condition = match self.peek() {
            Some(b @ (b'<' | b'\'')) => {
                self.pos += 1;
                let name = self.name(if b == b'<' { b'>' } else { b }).map_err(|e| match e.code {
                    42 => super::PatternError { code: 26, ..e },
                    62 => super::PatternError { code: 28, at: e.at },
                    _ => e,
                })?;
                groups(self.refer(Target::Name(name), self.pos + 1))
            }
            Some(b'0'..=b'9' | b'+' | b'-') => {
                let n = self.signed(26)?;
                if n == 0 {
                    self.pos += 1;
                    return Err(self.fail(35));
                }
                groups(self.refer(Target::Number(n), self.pos + 1))
            }
            Some(b'R') if self.src.get(self.pos + 1) == Some(&b'&') => {
                self.pos += 2;
                let name = self.word();
                let n = self.refer(Target::Name(name), self.pos + 1);
                Condition::Recursion(Some(alloc::vec![n]))
            }
            _ => {
                let word = self.word();
                let known = self.names.iter().any(|n| n.0 == word);
                match &word[..] {
                    b"" => return Err(self.fail(28)),
                    b"DEFINE" if !known => {
                        return self.close_condition(Condition::Never).map(|c| (c, true));
                    }
                    b"R" if !known => Condition::Recursion(None),
                    [b'R', digits @ ..] if !known && digits.iter().all(u8::is_ascii_digit) => {
                        let n =
                            digits.iter().fold(0u32, |n, b| n.saturating_mul(10).saturating_add(u32::from(b - b'0')));
                        let n = self.refer(Target::Number(n), self.pos + 1);
                        Condition::Recursion(Some(alloc::vec![n]))
                    }
                    _ => groups(self.refer(Target::Name(word), self.pos + 1)),
                }
            }
        };
        self.close_condition(condition).map(|c| (c, false))
    }

    fn close_condition(&mut self, condition: Condition) -> Parsed<Condition> {
        if self.eat(b")") { Ok(condition) } else { Err(self.fail(26)) }
    }
}
