//! What begins with a parenthesis.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::super::ast::{Condition, Node};
use super::super::error;
use super::super::options as o;
use super::reference::Target;
use super::{MAX_NESTING, Parsed, Parser};

impl Parser<'_> {
    /// At a `(`; says whether what it adds may be repeated.
    pub(super) fn group(&mut self, items: &mut Vec<Node>) -> Parsed<bool> {
        let start = self.pos;
        if self.two && self.looking_at(b"(*") && self.src.get(self.pos + 2).is_some_and(u8::is_ascii_lowercase) {
            let node = self.alphabetic()?;
            items.push(node);
            return Ok(true);
        }
        if self.looking_at(b"(*") && matches!(self.src.get(self.pos + 2), Some(b':' | b'A'..=b'Z' | b'a'..=b'z')) {
            self.verb(items)?;
            return Ok(self.two && matches!(items.last(), Some(Node::Accept)));
        }
        self.pos += 1;
        if !self.eat(b"?") {
            let node = if self.options.has(o::NO_AUTO_CAPTURE) { self.plain()? } else { self.capture(None)? };
            items.push(node);
            return Ok(true);
        }
        let Some(b) = self.peek() else { return Err(self.fail(if self.two { 14 } else { 12 })) };
        self.pos += 1;
        let node = match b {
            b':' => self.plain()?,
            b'|' => {
                let node = self.body(true)?;
                Node::Group(None, Box::new(node))
            }
            b'>' => Node::Atomic(Box::new(self.body(false)?)),
            b'=' | b'!' => self.look(start, false, b == b'!')?,
            b'<' => match self.peek() {
                Some(b @ (b'=' | b'!')) => {
                    self.pos += 1;
                    self.look(start, true, b == b'!')?
                }
                Some(b) if b.is_ascii_alphabetic() || b == b'_' => self.named(b'>')?,
                Some(b'0'..=b'9') => return Err(self.after(84)),
                _ => return Err(self.fail(if self.two { 62 } else { 24 })),
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
                    self.called_name()?
                }
                None if self.two => return Err(self.fail(14)),
                _ => return Err(self.after(41)),
            },
            b'&' => self.called_name()?,
            b'R' => {
                if !self.eat(b")") {
                    return Err(self.fail(if self.two { error::RECURSION_OPEN } else { 29 }));
                }
                self.call(0)
            }
            b'+' | b'0'..=b'9' => self.numbered_call()?,
            b'-' if self.peek().is_some_and(|b| b.is_ascii_digit()) => self.numbered_call()?,
            b'C' => {
                if self.two && !self.peek().is_some_and(|b| b.is_ascii_digit() || b == b')') {
                    self.callout_text()?;
                } else if self.number(255).is_none() {
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
                    return Err(self.before(43));
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
        let empty = self.peek() == Some(close) && !self.two;
        let name = if empty { Vec::new() } else { self.name(close)? };
        self.pos += usize::from(empty);
        self.capture(Some(name))
    }

    /// `start`: where its parenthesis stands.
    fn look(&mut self, start: usize, behind: bool, negative: bool) -> Parsed<Node> {
        if !behind && negative && self.eat(b")") {
            return Ok(Node::Fail);
        }
        self.looks += 1;
        let node = Box::new(self.body(false)?);
        self.looks -= 1;
        Ok(Node::Look { behind, negative, node, at: if self.two { start } else { self.pos - 1 } })
    }

    /// `(*pla:…)` and the like, PCRE 2's long names. (Script runs and what can be backtracked into are not known here.)
    fn alphabetic(&mut self) -> Parsed<Node> {
        let start = self.pos;
        self.pos += 2;
        let name = self.word();
        match self.peek() {
            None => return Err(self.fail(14)),
            Some(b':') => {}
            Some(_) => return Err(self.after(error::BAD_ASSERTION)),
        }
        let known = match &name[..] {
            b"pla" | b"positive_lookahead" => Some((false, false)),
            b"nla" | b"negative_lookahead" => Some((false, true)),
            b"plb" | b"positive_lookbehind" => Some((true, false)),
            b"nlb" | b"negative_lookbehind" => Some((true, true)),
            b"atomic" => None,
            _ => return Err(self.fail(error::BAD_ASSERTION)),
        };
        self.pos += 1;
        match known {
            Some((behind, negative)) => self.look(start, behind, negative),
            None => Ok(Node::Atomic(Box::new(self.body(false)?))),
        }
    }

    /// The name of a group that is called, and the closing parenthesis.
    fn called_name(&mut self) -> Parsed<Node> {
        let name = self.name(b')').map_err(|e| match e.code {
            42 if self.two => super::PatternError { code: 14, ..e },
            _ => e,
        })?;
        Ok(self.call_named(name))
    }

    /// `(?C'text')`, to its closing delimiter.
    fn callout_text(&mut self) -> Parsed<()> {
        let start = self.pos;
        let Some(open) = self.peek() else { return Err(self.fail(14)) };
        if !b"`'\"^%#${".contains(&open) {
            return Err(self.after(error::CALLOUT_DELIMITER));
        }
        let close = if open == b'{' { b'}' } else { open };
        loop {
            self.pos += 1;
            match self.peek() {
                None => return Err(super::PatternError { code: error::CALLOUT_OPEN, at: start }),
                Some(b) if b == close => {
                    self.pos += 1;
                    if self.peek() != Some(close) {
                        return Ok(());
                    }
                }
                Some(_) => {}
            }
        }
    }

    fn numbered_call(&mut self) -> Parsed<Node> {
        self.pos -= 1;
        let n = self.signed(29)?;
        if !self.eat(b")") {
            return Err(self.fail(if self.two { 14 } else { 29 }));
        }
        Ok(self.call(n))
    }

    /// `(?imsxUJ-imsxUJ)` and `(?i:…)`.
    fn inline_options(&mut self, items: &mut Vec<Node>) -> Parsed<bool> {
        let before = self.options;
        let (mut on, mut options) = (true, self.options);
        let none = o::CASELESS | o::MULTILINE | o::DOTALL | o::EXTENDED | o::EXTENDED_MORE | o::NO_AUTO_CAPTURE;
        let plain = self.two && self.eat(b"^");
        if plain {
            options.set(none, false);
        }
        loop {
            let Some(b) = self.peek() else { return Err(self.fail(14)) };
            self.pos += 1;
            let flag = match b {
                b'-' if self.two && (plain || !on) => return Err(self.fail(error::HYPHEN)),
                b'-' => {
                    on = false;
                    continue;
                }
                b'i' => o::CASELESS,
                b'm' => o::MULTILINE,
                b's' => o::DOTALL,
                b'n' if self.two => o::NO_AUTO_CAPTURE,
                b'a' if self.two => self.ascii_options(),
                b'x' if self.two && self.eat(b"x") => o::EXTENDED | o::EXTENDED_MORE,
                b'x' if self.two => {
                    options.set(o::EXTENDED_MORE, false);
                    o::EXTENDED
                }
                b'x' => o::EXTENDED,
                b'U' => o::UNGREEDY,
                b'X' if !self.two => 0,
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
                _ => return Err(self.before(12)),
            };
            options.set(flag, on);
        }
    }

    /// What is to be ASCII whatever `ucp` says: behind `a` in options.
    fn ascii_options(&mut self) -> u32 {
        let posix = o::ASCII_POSIX | o::ASCII_POSIX_DIGITS;
        let one = match self.peek() {
            Some(b'D') => o::ASCII_DIGITS,
            Some(b'S') => o::ASCII_SPACES,
            Some(b'W') => o::ASCII_WORDS,
            Some(b'P') => posix,
            Some(b'T') => o::ASCII_POSIX_DIGITS,
            _ => return o::ASCII_DIGITS | o::ASCII_SPACES | o::ASCII_WORDS | posix,
        };
        self.pos += 1;
        one
    }

    /// `(?(condition)yes|no)`, behind its second parenthesis.
    fn conditional(&mut self) -> Parsed<Node> {
        let start = self.pos;
        let mut define = false;
        let by_number = self.peek().is_some_and(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-'));
        let condition = match self.peek() {
            None if self.two => return Err(self.fail(14)),
            Some(b'*') if self.two && self.src.get(self.pos + 1).is_some_and(u8::is_ascii_lowercase) => {
                self.pos -= 1;
                let node = self.alphabetic()?;
                if !matches!(node, Node::Look { .. }) {
                    return Err(self.fail(28));
                }
                Condition::Look(Box::new(node))
            }
            Some(b'?') => {
                let mut at = self.pos + 1;
                if self.src.get(at) == Some(&b'C') {
                    // A callout before the assertion means nothing here.
                    let n = self.src[at..].iter().position(|b| *b == b')').unwrap_or(0);
                    at += n + 1;
                    if self.src.get(at..at + 2) != Some(b"(?") {
                        self.pos = if self.two { at } else { self.pos };
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
            Node::Alt(all) if define || all.len() > 2 => {
                let code = if define { 54 } else { 27 };
                if !self.two {
                    return Err(super::PatternError { code, at: self.pos - 1 });
                }
                let at = match (define, by_number) {
                    (true, _) => start,
                    (false, true) => start - 3,
                    _ => 0,
                };
                self.late(start, super::PatternError { code, at });
                (Node::Empty, Node::Empty)
            }
            Node::Alt(mut all) => {
                let no = all.pop().unwrap_or(Node::Empty);
                (all.pop().unwrap_or(Node::Empty), no)
            }
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
                let at = self.pos;
                let name = self.name(if b == b'<' { b'>' } else { b }).map_err(|e| match e.code {
                    _ if self.two => e,
                    42 => super::PatternError { code: 26, ..e },
                    62 => super::PatternError { code: 28, at: e.at },
                    _ => e,
                })?;
                groups(self.refer(Target::Name(name), self.place(at)))
            }
            Some(b'0'..=b'9' | b'+' | b'-') => {
                let n = self.signed(26)?;
                if n == 0 && self.two {
                    return Err(self.fail(15));
                }
                if n == 0 {
                    self.pos += 1;
                    return Err(self.fail(35));
                }
                groups(self.refer(Target::Number(n), self.place(self.pos - 2)))
            }
            Some(b'R') if self.src.get(self.pos + 1) == Some(&b'&') => {
                self.pos += 2;
                let at = self.pos;
                let name = self.word();
                let n = self.refer(Target::Name(name), self.place(at));
                Condition::Recursion(Some(alloc::vec![n]))
            }
            _ => {
                let at = self.pos;
                if self.two && (self.looking_at(b"VERSION>") || self.looking_at(b"VERSION=")) {
                    let holds = self.version()?;
                    return self.close_condition(holds).map(|c| (c, false));
                }
                let word = self.word();
                let known = self.names.iter().any(|n| n.0 == word);
                match &word[..] {
                    b"" => return Err(self.fail(if self.two { 62 } else { 28 })),
                    b"DEFINE" if !known => {
                        return self.close_condition(Condition::Never).map(|c| (c, true));
                    }
                    b"R" if !known => Condition::Recursion(None),
                    [b'R', digits @ ..] if !known && digits.iter().all(u8::is_ascii_digit) => {
                        let n =
                            digits.iter().fold(0u32, |n, b| n.saturating_mul(10).saturating_add(u32::from(b - b'0')));
                        let n = self.refer(Target::Number(n), self.place(at));
                        Condition::Recursion(Some(alloc::vec![n]))
                    }
                    _ => groups(self.refer(Target::Name(word), self.place(at))),
                }
            }
        };
        self.close_condition(condition).map(|c| (c, false))
    }

    fn close_condition(&mut self, condition: Condition) -> Parsed<Condition> {
        if self.eat(b")") {
            return Ok(condition);
        }
        let digit = self.src.get(self.pos - 1).is_some_and(u8::is_ascii_digit);
        let named = !digit || matches!(condition, Condition::Recursion(_));
        Err(self.fail(match (self.two, named) {
            (false, _) => 26,
            (true, true) => 42,
            (true, false) => error::CONDITION_OPEN,
        }))
    }

    /// Where a missing group is told of, behind a condition: for PCRE 2 at its name.
    const fn place(&self, two: usize) -> usize {
        if self.two { two } else { self.pos + 1 }
    }

    /// `VERSION>=10.4`: that of PCRE, which is fixed with the release.
    fn version(&mut self) -> Parsed<Condition> {
        self.pos += "VERSION".len();
        let least = self.eat(b">");
        let bad = |p: &Self, n: usize| super::PatternError { code: error::BAD_VERSION, at: p.pos + n };
        if !self.eat(b"=") {
            return Err(bad(self, 1));
        }
        let Some(major) = self.number(1000).filter(|_| self.src[self.pos - 1].is_ascii_digit()) else {
            return Err(bad(self, 0));
        };
        let mut minor = 0;
        if self.eat(b".") {
            if !self.peek().is_some_and(|b| b.is_ascii_digit()) {
                return Err(bad(self, 0));
            }
            let digits = self.pos;
            let Some(n) = self.number(99) else { return Err(bad(self, 0)) };
            minor = if self.pos - digits == 1 { n * 10 } else { n };
        }
        let is = (10, 45);
        let always = Node::Look { behind: false, negative: false, node: Box::new(Node::Empty), at: 0 };
        let holds = if least { is >= (major, minor) } else { is == (major, minor) };
        Ok(if holds { Condition::Look(Box::new(always)) } else { Condition::Never })
    }
}
