//! [`Node`]s to instructions.

use alloc::vec::Vec;

use super::ast::{Condition, Mode, Node, Pattern, UNLIMITED, Verb};
use super::chars;
use super::error::{PatternError, TOO_LONG};
use super::first;
use super::measure::{Groups, required};
use super::options::{self as o, Options};
use super::parse;
use super::program::{Inst, Item, NONE, Program, Set, Start};
use super::set::CharSet;

/// The most instructions of a pattern. (PCRE's own limit is 64 KiB of code.)
const MAX_INSTS: usize = 1 << 17;

/// Compiles a pattern.
pub(super) fn compile(source: &[u8], options: Options) -> Result<Program, PatternError> {
    let pattern = parse::parse(source, options)?;
    let groups = Groups::new(&pattern.node, pattern.groups);
    let two = joist_vm::release::at_least(28);
    if !two {
        groups.check_loops(&pattern.node)?;
    }
    let utf = pattern.options.has(o::UTF);
    let mut called = alloc::vec![false; pattern.groups as usize + 1];
    calls(&pattern.node, &mut called);
    let word = Set::new(&chars::perl(b'w', pattern.options.has(o::UCP)), utf);
    let program = Program {
        insts: Vec::new(),
        sets: Vec::new(),
        literals: Vec::new(),
        bitmaps: Vec::new(),
        lists: Vec::new(),
        groups: pattern.groups,
        names: pattern.names.clone(),
        slots: (pattern.groups + 1) * 3,
        options: pattern.options,
        source: source.into(),
        given: options,
        start: Start::Anywhere,
        required: None,
        word,
        crlf: pattern.crlf,
        two,
    };
    let entries = alloc::vec![NONE; pattern.groups as usize + 1];
    let mut c = Compiler {
        p: program,
        utf,
        groups,
        called,
        entries,
        length: source.len(),
        accept: Vec::new(),
        then: NONE,
        thens: 0,
    };
    c.entries[0] = 0;
    c.node(&pattern.node)?;
    c.emit(Inst::Match)?;
    c.link();
    let (mut p, called) = (c.p, c.called);
    finish(&mut p, &pattern, &called);
    Ok(p)
}

/// Which groups are called?
fn calls(node: &Node, called: &mut [bool]) {
    match node {
        Node::Call(n, _) => called[*n as usize] = true,
        Node::Group(_, n) | Node::Atomic(n) | Node::Look { node: n, .. } | Node::Repeat { node: n, .. } => {
            calls(n, called);
        }
        Node::Alt(all) | Node::Cat(all) => all.iter().for_each(|n| calls(n, called)),
        Node::Cond { condition, yes, no } => {
            if let Condition::Look(n) = condition {
                calls(n, called);
            }
            calls(yes, called);
            calls(no, called);
        }
        _ => {}
    }
}

/// What is worked out when all instructions are there.
fn finish(p: &mut Program, pattern: &Pattern, called: &[bool]) {
    first::optimise(p, called);
    if !p.options.has(o::NO_START_OPTIMIZE) && !has_verbs(p) {
        p.required = required(&pattern.node);
    }
    p.start = first::start(p, called);
}

fn has_verbs(p: &Program) -> bool {
    p.insts.iter().any(|i| matches!(i, Inst::Verb(..) | Inst::Mark(_) | Inst::Accept))
}

/// Groups that are open at a place, and the look-around that it is in.
enum Around {
    Group(u32),
    Look(u32),
}

struct Compiler<'a> {
    p: Program,
    utf: bool,
    groups: Groups<'a>,
    called: Vec<bool>,
    entries: Vec<u32>,
    length: usize,
    accept: Vec<Around>,
    /// The alternation that `(*THEN)` goes to.
    then: u32,
    thens: u32,
}

type Compiled = Result<(), PatternError>;

/// The longest look-behind of several lengths (PCRE 2).
const MAX_BEHIND: u32 = 255;

impl Compiler<'_> {
    fn emit(&mut self, inst: Inst) -> Result<u32, PatternError> {
        if self.p.insts.len() >= MAX_INSTS {
            return Err(PatternError { code: 20, at: self.length });
        }
        self.p.insts.push(inst);
        Ok((self.p.insts.len() - 1) as u32)
    }

    fn here(&self) -> u32 {
        self.p.insts.len() as u32
    }

    fn slot(&mut self, n: u32) -> u32 {
        self.p.slots += n;
        self.p.slots - n
    }

    fn list(&mut self, groups: &[u32]) -> u32 {
        self.p.lists.push(groups.into());
        (self.p.lists.len() - 1) as u32
    }

    fn set(&mut self, set: &CharSet) -> Item {
        if let Some(c) = set.single().filter(|c| *c < 128 || !self.utf) {
            return Item::Byte(c as u8);
        }
        let set = Set::new(set, self.utf);
        let i = self.p.sets.iter().position(|s| s.low == set.low && s.ranges == set.ranges);
        let i = i.unwrap_or_else(|| {
            self.p.sets.push(set);
            self.p.sets.len() - 1
        });
        Item::Set(i as u32)
    }

    /// The kind of character that a node is, if it is one.
    fn item(&mut self, node: &Node) -> Option<Item> {
        match node {
            Node::Char(c) if *c < 128 || !self.utf => Some(Item::Byte(*c as u8)),
            Node::Char(c) => Some(self.set(&CharSet::of(&[(*c, *c)]))),
            Node::Set(set) => Some(self.set(set)),
            Node::CrlfDot => Some(Item::CrlfDot),
            Node::Byte => Some(Item::Raw),
            Node::Group(None, n) => self.item(n),
            _ => None,
        }
    }

    fn node(&mut self, node: &Node) -> Compiled {
        match node {
            Node::Empty => {}
            Node::Char(c) if self.utf && *c >= 128 => self.text(&[*c])?,
            Node::Char(_) | Node::Set(_) | Node::CrlfDot | Node::Byte => {
                if let Some(item) = self.item(node) {
                    self.emit(Inst::One(item))?;
                }
            }
            Node::Newline => drop(self.emit(Inst::Newline)?),
            Node::Grapheme => drop(self.emit(Inst::Grapheme)?),
            Node::Assert(a) => drop(self.emit(Inst::Assert(*a))?),
            Node::Group(None, n) => self.node(n)?,
            Node::Group(Some(g), n) => self.capture(*g, n)?,
            Node::Atomic(n) => {
                self.emit(Inst::Atomic)?;
                self.node(n)?;
                self.emit(Inst::AtomicEnd)?;
            }
            Node::Look { behind, negative, node, at } => {
                self.look(*behind, *negative, node, *at, NONE)?;
            }
            Node::Alt(all) => self.alternatives(all)?,
            Node::Cat(all) => self.sequence(all)?,
            Node::Repeat { node, min, max, mode } => self.repeat(node, *min, *max, *mode)?,
            Node::Back { groups, fold } => {
                let groups = self.list(groups);
                self.emit(Inst::Reference { groups, fold: *fold })?;
            }
            Node::Call(group, _) => drop(self.emit(Inst::Call { group: *group, entry: NONE })?),
            Node::Cond { condition, yes, no } => self.conditional(condition, yes, no)?,
            Node::Keep => drop(self.emit(Inst::Keep)?),
            Node::Verb(Verb::Then, _) => drop(self.emit(Inst::Verb(Verb::Then, self.then))?),
            Node::Verb(v, name) => drop(self.emit(Inst::Verb(*v, name.unwrap_or(NONE)))?),
            Node::Mark(name) => drop(self.emit(Inst::Mark(*name))?),
            Node::Accept => self.accept()?,
            Node::Fail => drop(self.emit(Inst::Fail)?),
        }
        Ok(())
    }

    /// Characters in a row, exactly.
    fn text(&mut self, chars: &[u32]) -> Compiled {
        let from = self.p.literals.len();
        for c in chars {
            match char::from_u32(*c).filter(|_| self.utf) {
                Some(c) => self.p.literals.extend(c.encode_utf8(&mut [0; 4]).bytes()),
                None => self.p.literals.push(*c as u8),
            }
        }
        let len = self.p.literals.len() - from;
        if let [b] = self.p.literals[from..] {
            self.p.literals.pop();
            self.emit(Inst::One(Item::Byte(b)))?;
        } else {
            self.emit(Inst::Bytes(from as u32, len as u32))?;
        }
        Ok(())
    }

    fn sequence(&mut self, all: &[Node]) -> Compiled {
        let mut i = 0;
        while i < all.len() {
            let run = all[i..].iter().map_while(|n| if let Node::Char(c) = n { Some(*c) } else { None });
            let run: Vec<u32> = run.collect();
            if run.is_empty() {
                self.node(&all[i])?;
                i += 1;
            } else {
                self.text(&run)?;
                i += run.len();
            }
        }
        Ok(())
    }

    fn capture(&mut self, group: u32, node: &Node) -> Compiled {
        let open = self.emit(Inst::Open(group))?;
        if self.entries[group as usize] == NONE {
            self.entries[group as usize] = open;
        }
        self.accept.push(Around::Group(group));
        // A group that refers to itself gives nothing back, as in PCRE 8.
        let own = !self.p.two && refers_to(node, group);
        if own {
            self.emit(Inst::Atomic)?;
        }
        self.node(node)?;
        if own {
            self.emit(Inst::AtomicEnd)?;
        }
        self.accept.pop();
        self.close(group)
    }

    fn close(&mut self, group: u32) -> Compiled {
        self.emit(Inst::Close(group))?;
        if self.called[group as usize] {
            self.emit(Inst::Return(group))?;
        }
        Ok(())
    }

    /// `(*ACCEPT)`: the groups around are closed, then the look-around, subroutine or match is done.
    fn accept(&mut self) -> Compiled {
        for i in (0..self.accept.len()).rev() {
            match self.accept[i] {
                Around::Group(g) => self.close(g)?,
                Around::Look(look) => {
                    self.emit(Inst::LookEnd { look })?;
                    return Ok(());
                }
            }
        }
        self.emit(Inst::Accept)?;
        Ok(())
    }

    fn look(&mut self, behind: bool, negative: bool, node: &Node, at: usize, other: u32) -> Result<u32, PatternError> {
        let look = self.emit(Inst::Look { negative, other, end: 0 })?;
        let then = core::mem::replace(&mut self.then, NONE);
        self.accept.push(Around::Look(look));
        if behind && self.p.two {
            let one = core::slice::from_ref(node);
            let all: &[Node] = if let Node::Alt(all) = node { all } else { one };
            let mut lengths = Vec::new();
            for n in all {
                let between = self.groups.between(n).map_err(|code| PatternError { code, at })?;
                if between.1 != between.0 && between.1 > MAX_BEHIND {
                    return Err(PatternError { code: TOO_LONG, at });
                }
                lengths.push(between);
            }
            self.branches(all, Some((look, &lengths)))?;
        } else if behind {
            let one = core::slice::from_ref(node);
            let all: &[Node] = if let Node::Alt(all) = node { all } else { one };
            let mut lengths = Vec::new();
            for n in all {
                let length = self.groups.fixed(n).map_err(|code| {
                    // What calls groups is measured last.
                    let mut called = alloc::vec![false; self.called.len()];
                    calls(n, &mut called);
                    PatternError { code, at: if called.contains(&true) { self.length } else { at } }
                })?;
                lengths.push((length, length));
            }
            self.branches(all, Some((look, &lengths)))?;
        } else {
            self.node(node)?;
        }
        self.accept.pop();
        self.then = then;
        self.emit(Inst::LookEnd { look })?;
        let here = self.here();
        if let Inst::Look { end, other, .. } = &mut self.p.insts[look as usize] {
            *end = here;
            if negative && *other == NONE {
                *other = here;
            }
        }
        Ok(look)
    }

    fn alternatives(&mut self, all: &[Node]) -> Compiled {
        self.branches(all, None)
    }

    /// Alternatives; `back`: those of this look-behind, and how far each goes back first.
    fn branches(&mut self, all: &[Node], back: Option<(u32, &[(u32, u32)])>) -> Compiled {
        let then = self.then;
        let tagged = all.len() > 1 && all.iter().any(has_then);
        if tagged {
            self.then = self.thens;
            self.thens += 1;
        }
        let mut ends = Vec::new();
        for (i, n) in all.iter().enumerate() {
            let last = i + 1 == all.len();
            let fork = match (tagged, last) {
                (true, _) => Some(self.emit(Inst::ForkThen { other: 0, id: self.then })?),
                (false, false) => Some(self.emit(Inst::Fork { other: 0, here: NONE, there: NONE })?),
                (false, true) => None,
            };
            let between = back.map_or((0, 0), |b| b.1[i]);
            match between {
                (0, 0) => {}
                (min, max) if min == max => drop(self.emit(Inst::Back(min))?),
                (min, max) => drop(self.emit(Inst::BackBetween { min, max })?),
            }
            self.node(n)?;
            if let Some((look, _)) = back.filter(|_| between.0 != between.1) {
                self.emit(Inst::Behind { look })?;
            }
            if !last || tagged {
                ends.push(self.emit(Inst::Jump(0))?);
            }
            let here = self.here();
            if let Some(fork) = fork {
                self.patch(fork, here);
            }
        }
        if tagged {
            self.emit(Inst::Fail)?;
        }
        let here = self.here();
        ends.into_iter().for_each(|e| self.patch(e, here));
        self.then = then;
        Ok(())
    }

    fn patch(&mut self, at: u32, target: u32) {
        match &mut self.p.insts[at as usize] {
            Inst::Jump(t)
            | Inst::Fork { other: t, .. }
            | Inst::ForkLazy { other: t }
            | Inst::ForkThen { other: t, .. }
            | Inst::CountTest { exit: t, .. }
            | Inst::IfGroups { other: t, .. }
            | Inst::IfRecursion { other: t, .. }
            | Inst::Look { other: t, .. } => *t = target,
            _ => {}
        }
    }

    fn repeat(&mut self, node: &Node, min: u32, max: u32, mode: Mode) -> Compiled {
        if max == 0 {
            // The group may still be called: its code stands where nothing comes by.
            let jump = self.emit(Inst::Jump(0))?;
            self.node(node)?;
            let here = self.here();
            self.patch(jump, here);
            return Ok(());
        }
        if let Some(item) = self.item(node) {
            self.emit(Inst::Run { item, min, max, mode, next: NONE })?;
            return Ok(());
        }
        if mode == Mode::Possessive {
            self.emit(Inst::Atomic)?;
            self.group_repeat(node, min, max, false)?;
            self.emit(Inst::AtomicEnd)?;
            return Ok(());
        }
        self.group_repeat(node, min, max, mode == Mode::Lazy)
    }

    fn fork(&mut self, lazy: bool) -> Result<u32, PatternError> {
        self.emit(if lazy { Inst::ForkLazy { other: 0 } } else { Inst::Fork { other: 0, here: NONE, there: NONE } })
    }

    fn group_repeat(&mut self, node: &Node, min: u32, max: u32, lazy: bool) -> Compiled {
        match (min, max) {
            (1, 1) => self.node(node),
            (0, 1) => {
                let fork = self.fork(lazy)?;
                self.node(node)?;
                let here = self.here();
                self.patch(fork, here);
                Ok(())
            }
            (0 | 1, UNLIMITED) => {
                // Where it can match the empty string, an iteration that did ends the loop.
                let slot = if self.groups.can_be_empty(node) { Some(self.slot(1)) } else { None };
                let enter = if min == 1 { Some(self.emit(Inst::Jump(0))?) } else { None };
                let fork = self.fork(lazy)?;
                if let Some(enter) = enter {
                    let here = self.here();
                    self.patch(enter, here);
                }
                if let Some(slot) = slot {
                    self.emit(Inst::Here(slot))?;
                }
                self.node(node)?;
                match slot {
                    Some(slot) => self.emit(Inst::LoopIfMoved { slot, target: fork })?,
                    None => self.emit(Inst::Jump(fork))?,
                };
                let here = self.here();
                self.patch(fork, here);
                Ok(())
            }
            _ => {
                let slot = self.slot(2);
                self.emit(Inst::CountInit(slot))?;
                let test = self.emit(Inst::CountTest { slot, min, max, lazy, exit: 0 })?;
                self.node(node)?;
                self.emit(Inst::CountNext { slot, test })?;
                let here = self.here();
                self.patch(test, here);
                Ok(())
            }
        }
    }

    fn conditional(&mut self, condition: &Condition, yes: &Node, no: &Node) -> Compiled {
        let test = match condition {
            Condition::Never => self.emit(Inst::Jump(0))?,
            Condition::Groups(groups) => {
                let groups = self.list(groups);
                self.emit(Inst::IfGroups { groups, other: 0 })?
            }
            Condition::Recursion(groups) => {
                let groups = groups.as_ref().map_or(NONE, |g| self.list(g));
                self.emit(Inst::IfRecursion { groups, other: 0 })?
            }
            Condition::Look(node) => match &**node {
                Node::Look { behind, negative, node, at } => self.look(*behind, *negative, node, *at, 0)?,
                _ => self.emit(Inst::Jump(0))?,
            },
        };
        // A negative look-around goes on at `other` when the condition holds.
        let negative = matches!(self.p.insts[test as usize], Inst::Look { negative: true, .. });
        let (behind_test, other) = if negative { (no, yes) } else { (yes, no) };
        self.node(behind_test)?;
        let end = self.emit(Inst::Jump(0))?;
        let here = self.here();
        self.patch(test, here);
        self.node(other)?;
        let here = self.here();
        self.patch(end, here);
        Ok(())
    }

    /// Calls learn where their groups begin.
    fn link(&mut self) {
        for inst in &mut self.p.insts {
            if let Inst::Call { group, entry } = inst {
                *entry = self.entries[*group as usize];
            }
        }
    }
}

/// Is there a back reference to the group?
fn refers_to(node: &Node, group: u32) -> bool {
    match node {
        Node::Back { groups, .. } => groups.contains(&group),
        Node::Group(_, n) | Node::Atomic(n) | Node::Repeat { node: n, .. } | Node::Look { node: n, .. } => {
            refers_to(n, group)
        }
        Node::Cat(all) | Node::Alt(all) => all.iter().any(|n| refers_to(n, group)),
        Node::Cond { yes, no, .. } => refers_to(yes, group) || refers_to(no, group),
        _ => false,
    }
}

/// Is there a `(*THEN)` that belongs to the alternation around?
fn has_then(node: &Node) -> bool {
    match node {
        Node::Verb(Verb::Then, _) => true,
        Node::Group(_, n) | Node::Atomic(n) | Node::Repeat { node: n, .. } => has_then(n),
        Node::Cat(all) => all.iter().any(has_then),
        Node::Alt(all) => all.len() == 1 && has_then(&all[0]),
        Node::Cond { yes, no, .. } => has_then(yes) || has_then(no),
        _ => false,
    }
}
