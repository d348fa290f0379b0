//! Patterns to [`Node`]s: alternatives, sequences and repetitions. Read beside it: `pcrepattern(3)` of PCRE 8, and
//! `compile_branch` of `pcre_compile.c` for where errors are reported.

mod class;
mod escape;
mod group;
mod reference;
mod verb;

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::ast::{Assert, Mode, Node, Pattern, UNLIMITED};
use super::chars;
use super::error::{self, PatternError};
use super::options::{self as o, Newline, Options};
use super::set::{CharSet, MAX_BYTE, MAX_UTF};

type Parsed<T> = Result<T, PatternError>;

/// PCRE's limit (`PARENS_NEST_LIMIT`); it bounds the recursion of everything that walks a pattern's tree.
const MAX_NESTING: u32 = 250;

pub(super) struct Parser<'a> {
    src: &'a [u8],
    pos: usize,
    /// As they are at this place.
    options: Options,
    groups: u32,
    names: Vec<(Vec<u8>, u32)>,
    /// References to groups, to be checked when all are known.
    pending: Vec<(reference::Target, usize)>,
    /// Any DUPNAMES or `(?J)` seen.
    dupnames: bool,
    depth: u32,
    marks: Vec<Vec<u8>>,
    quoted: bool,
    /// CR or LF is written somewhere.
    crlf: bool,
    /// As PCRE 2 does, which OTP 28 and later have.
    two: bool,
    /// Look-arounds that this place is in.
    looks: u32,
    /// What PCRE 2 finds when it compiles, after all has been read: where the first such thing stands, and the error.
    late: Option<(usize, PatternError)>,
}

/// Parses a pattern.
pub(super) fn parse(src: &[u8], options: Options) -> Parsed<Pattern> {
    let mut p = Parser {
        src,
        pos: 0,
        options,
        groups: 0,
        names: Vec::new(),
        pending: Vec::new(),
        dupnames: options.has(o::DUPNAMES),
        depth: 0,
        marks: Vec::new(),
        quoted: false,
        crlf: false,
        two: joist_vm::release::at_least(28),
        looks: 0,
        late: None,
    };
    p.leading_verbs()?;
    if p.options.has(o::UTF) {
        if p.options.has(o::NEVER_UTF) {
            return Err(PatternError { code: 78, at: if p.two { p.pos } else { 0 } });
        }
        if let Err(e) = core::str::from_utf8(src) {
            let at = e.valid_up_to();
            return Err(PatternError { code: if p.two { error::of_utf8(&src[at..]) } else { 44 }, at });
        }
    }
    if p.options.has(o::NEWLINE_CONFLICT) || p.options.has(o::BSR_ANYCRLF) && p.options.has(o::BSR_UNICODE) {
        return Err(PatternError { code: 56, at: 0 });
    }
    let whole = p.options;
    let mut node = p.alternatives(false)?;
    if p.pos < src.len() {
        return Err(p.after(22));
    }
    let resolved = p.resolve(&mut node);
    match (resolved, p.late) {
        (Err(missing), Some((place, _))) if missing.at < place => return Err(missing),
        (_, Some((_, late))) => return Err(late),
        (resolved, None) => resolved?,
    }
    let Parser { groups, mut names, dupnames, crlf, .. } = p;
    names.sort();
    names.dedup();
    let mut options = whole;
    options.set(o::DUPNAMES, dupnames);
    Ok(Pattern { node, groups, names, options, crlf })
}

impl Parser<'_> {
    fn fail(&self, code: u8) -> PatternError {
        PatternError { code, at: self.pos }
    }

    /// At this place, or for PCRE 2 behind the character there.
    fn after(&self, code: u8) -> PatternError {
        PatternError { code, at: self.pos + usize::from(self.two) }
    }

    /// At this place for PCRE 2, else before the character that was just read.
    fn before(&self, code: u8) -> PatternError {
        PatternError { code, at: self.pos - usize::from(!self.two) }
    }

    /// Something is wrong that PCRE 2 tells of only when it has read all.
    fn late(&mut self, place: usize, error: PatternError) {
        self.late.get_or_insert((place, error));
    }

    fn peek(&self) -> Option<u8> {
        self.src.get(self.pos).copied()
    }

    fn looking_at(&self, text: &[u8]) -> bool {
        self.src[self.pos..].starts_with(text)
    }

    fn eat(&mut self, text: &[u8]) -> bool {
        let is = self.looking_at(text);
        if is {
            self.pos += text.len();
        }
        is
    }

    const fn utf(&self) -> bool {
        self.options.has(o::UTF)
    }

    const fn max(&self) -> u32 {
        if self.utf() { MAX_UTF } else { MAX_BYTE }
    }

    /// The next character, which is there.
    fn next_char(&mut self) -> u32 {
        let b = self.src[self.pos];
        if self.utf() && b >= 0x80 {
            // Valid UTF-8, as was checked.
            let c = core::str::from_utf8(&self.src[self.pos..]).ok().and_then(|s| s.chars().next());
            let c = c.unwrap_or('\u{fffd}');
            self.pos += c.len_utf8();
            return u32::from(c);
        }
        self.pos += 1;
        u32::from(b)
    }

    /// Decimal digits; none when the number is above `most`.
    fn number(&mut self, most: u32) -> Option<u32> {
        let mut n: u32 = 0;
        let mut fits = true;
        while let Some(b @ b'0'..=b'9') = self.peek() {
            n = n.saturating_mul(10).saturating_add(u32::from(b - b'0'));
            fits &= n <= most;
            if !fits {
                return None;
            }
            self.pos += 1;
        }
        Some(n)
    }

    /// The set with the other cases; PCRE 2 takes Unicode's by `ucp`, too.
    fn folded(&self, set: &CharSet) -> CharSet {
        let unicode = self.utf() || self.two && self.options.has(o::UCP);
        chars::folded(set, unicode).clipped(self.max())
    }

    fn literal(&mut self, c: u32) -> Node {
        self.crlf |= matches!(c, 10 | 13);
        if self.options.has(o::CASELESS) {
            let set = self.folded(&CharSet::of(&[(c, c)]));
            if set.single().is_none() {
                return Node::Set(set);
            }
        }
        Node::Char(c)
    }

    /// Alternatives up to `)` or the end; with `reset`, each begins to count groups anew.
    fn alternatives(&mut self, reset: bool) -> Parsed<Node> {
        let options = self.options;
        let (first, mut most) = (self.groups, self.groups);
        let mut all = Vec::new();
        loop {
            all.push(self.sequence()?);
            most = most.max(self.groups);
            if self.peek() != Some(b'|') || self.quoted {
                break;
            }
            self.pos += 1;
            if reset {
                self.groups = first;
            }
        }
        self.groups = most;
        self.options.flags = options.flags;
        Ok(match all.pop() {
            Some(only) if all.is_empty() => only,
            Some(last) => {
                all.push(last);
                Node::Alt(all)
            }
            None => Node::Empty,
        })
    }

    fn sequence(&mut self) -> Parsed<Node> {
        let mut items: Vec<Node> = Vec::new();
        // May the last item be repeated?
        let mut repeatable = false;
        while let Some(b) = self.peek() {
            if self.quoted {
                if self.eat(b"\\E") {
                    self.quoted = false;
                    continue;
                }
                let c = self.next_char();
                items.push(self.literal(c));
                repeatable = true;
                continue;
            }
            if self.options.has(o::EXTENDED) && self.skip_extended() {
                continue;
            }
            if self.looking_at(b"(?#") {
                self.comment()?;
                continue;
            }
            if matches!(b, b'|' | b')') {
                break;
            }
            if let Some((min, max)) = self.quantifier()? {
                if !repeatable {
                    return Err(self.before(9));
                }
                let mode = self.mode();
                if let Some(last) = items.pop() {
                    items.push(repeat(last, min, max, mode));
                }
                repeatable = false;
                continue;
            }
            repeatable = self.item(&mut items)?;
        }
        Ok(match items.len() {
            0 => Node::Empty,
            1 => items.remove(0),
            _ => Node::Cat(items),
        })
    }

    /// `(?#…)`. What may be repeated before it may be so after it.
    fn comment(&mut self) -> Parsed<()> {
        match self.src[self.pos..].iter().position(|b| *b == b')') {
            Some(n) => {
                self.pos += n + 1;
                Ok(())
            }
            None => {
                self.pos = self.src.len();
                Err(self.fail(18))
            }
        }
    }

    /// White space and comments of extended patterns.
    fn skip_extended(&mut self) -> bool {
        match self.peek() {
            Some(b) if chars::is_space(b) => {
                self.pos += 1;
                true
            }
            Some(b'#') => {
                while self.pos < self.src.len() {
                    let n = newline_at(self.src, self.pos, self.options.newline, self.utf());
                    self.pos += n.max(1);
                    if n > 0 {
                        break;
                    }
                }
                true
            }
            _ => false,
        }
    }

    fn quantifier(&mut self) -> Parsed<Option<(u32, u32)>> {
        let bounds = match self.peek() {
            Some(b'*') => (0, UNLIMITED),
            Some(b'+') => (1, UNLIMITED),
            Some(b'?') => (0, 1),
            Some(b'{') => return self.counted(),
            _ => return Ok(None),
        };
        self.pos += 1;
        Ok(Some(bounds))
    }

    /// `{n}`, `{n,}`, `{n,m}`; for PCRE 2 `{,m}`, too, and white space. Any other brace is a literal.
    fn counted(&mut self) -> Parsed<Option<(u32, u32)>> {
        if self.two {
            return self.counted_2();
        }
        let rest = &self.src[self.pos + 1..];
        let digits = |s: &[u8]| s.iter().take_while(|b| b.is_ascii_digit()).count();
        let first = digits(rest);
        let is = first > 0
            && match rest.get(first) {
                Some(b'}') => true,
                Some(b',') => rest.get(first + 1 + digits(&rest[first + 1..])) == Some(&b'}'),
                _ => false,
            };
        if !is {
            return Ok(None);
        }
        self.pos += 1;
        let Some(min) = self.number(65535) else { return Err(self.too_big()) };
        let mut max = min;
        if self.peek() == Some(b',') {
            self.pos += 1;
            max = UNLIMITED;
            if self.peek() != Some(b'}') {
                let Some(n) = self.number(65535) else { return Err(self.too_big()) };
                if n < min {
                    return Err(self.fail(4));
                }
                max = n;
            }
        }
        self.pos += 1;
        Ok(Some((min, max)))
    }

    fn counted_2(&mut self) -> Parsed<Option<(u32, u32)>> {
        if !escape::is_count(&self.src[self.pos..]) {
            return Ok(None);
        }
        self.pos += 1;
        self.blanks();
        let none = self.peek() == Some(b',');
        let Some(min) = self.number(65535) else { return Err(self.too_big()) };
        self.blanks();
        let mut max = min;
        if self.eat(b",") {
            self.blanks();
            let open = !self.peek().is_some_and(|b| b.is_ascii_digit());
            let Some(n) = self.number(65535) else { return Err(self.too_big()) };
            max = if open { UNLIMITED } else { n };
            if max < min && !none {
                return Err(self.fail(4));
            }
            self.blanks();
        }
        self.pos += 1;
        Ok(Some((min, max)))
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t')) {
            self.pos += 1;
        }
    }

    fn too_big(&mut self) -> PatternError {
        self.pos += 1;
        self.fail(5)
    }

    fn mode(&mut self) -> Mode {
        let ungreedy = self.options.has(o::UNGREEDY);
        // Comments and (in extended patterns) white space may come before the mark.
        loop {
            if self.looking_at(b"(?#")
                && let Some(n) = self.src[self.pos..].iter().position(|b| *b == b')')
            {
                self.pos += n + 1;
            } else if !self.options.has(o::EXTENDED) || !self.skip_extended() {
                break;
            }
        }
        if self.eat(b"+") {
            return Mode::Possessive;
        }
        if self.eat(b"?") != ungreedy { Mode::Lazy } else { Mode::Greedy }
    }

    /// One item; says whether it may be repeated.
    fn item(&mut self, items: &mut Vec<Node>) -> Parsed<bool> {
        let b = self.src[self.pos];
        let node = match b {
            b'\\' => return self.escape(items),
            b'[' => return self.class(items),
            b'(' => return self.group(items),
            b'^' => {
                self.pos += 1;
                let multi = self.options.has(o::MULTILINE);
                items.push(Node::Assert(if multi { Assert::LineStart } else { Assert::Circumflex }));
                return Ok(false);
            }
            b'$' => {
                self.pos += 1;
                items.push(Node::Assert(if self.options.has(o::MULTILINE) {
                    Assert::LineEnd
                } else if self.options.has(o::DOLLAR_ENDONLY) {
                    Assert::DollarEndOnly
                } else {
                    Assert::Dollar
                }));
                return Ok(false);
            }
            b'.' => {
                self.pos += 1;
                if self.options.has(o::DOTALL) { Node::Set(CharSet::of(&[(0, self.max())])) } else { self.dot() }
            }
            _ => {
                let c = self.next_char();
                self.literal(c)
            }
        };
        items.push(node);
        Ok(true)
    }

    /// Any character that does not begin a newline.
    fn dot(&self) -> Node {
        let newlines = match self.options.newline {
            Newline::Lf => CharSet::of(&[(10, 10)]),
            Newline::Cr => CharSet::of(&[(13, 13)]),
            Newline::Crlf => return Node::CrlfDot,
            Newline::AnyCrlf => CharSet::of(&[(10, 10), (13, 13)]),
            Newline::Any => chars::vertical(),
        };
        Node::Set(newlines.negated(self.max()))
    }
}

fn repeat(node: Node, min: u32, max: u32, mode: Mode) -> Node {
    // An assertion needs to hold only once.
    let (min, max) = if matches!(node, Node::Look { .. }) { (min.min(1), max.min(1)) } else { (min, max) };
    if (min, max) == (1, 1) && mode != Mode::Possessive {
        return node;
    }
    Node::Repeat { node: Box::new(node), min, max, mode }
}

/// How many bytes the newline takes that begins at a place; 0 when there is none.
pub(super) fn newline_at(s: &[u8], at: usize, kind: Newline, utf: bool) -> usize {
    let Some(b) = s.get(at) else { return 0 };
    let crlf = *b == 13 && s.get(at + 1) == Some(&10);
    match kind {
        Newline::Lf => usize::from(*b == 10),
        Newline::Cr => usize::from(*b == 13),
        Newline::Crlf => 2 * usize::from(crlf),
        Newline::AnyCrlf => match b {
            13 if crlf => 2,
            10 | 13 => 1,
            _ => 0,
        },
        Newline::Any => match b {
            13 if crlf => 2,
            10..=13 => 1,
            0x85 if !utf => 1,
            0xc2 if utf && s.get(at + 1) == Some(&0x85) => 2,
            0xe2 if utf && matches!(s.get(at + 1..at + 3), Some([0x80, 0xa8 | 0xa9])) => 3,
            _ => 0,
        },
    }
}

/// How many bytes the newline takes that ends at a place; 0 when there is none.
pub(super) fn newline_before(s: &[u8], at: usize, kind: Newline, utf: bool) -> usize {
    let all = matches!(kind, Newline::Any | Newline::AnyCrlf | Newline::Crlf);
    if all && at >= 2 && s[at - 2..at] == [13, 10] {
        return 2;
    }
    (1..=3).find(|n| at >= *n && newline_at(s, at - n, kind, utf) == *n).unwrap_or(0)
}
