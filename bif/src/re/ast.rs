//! A parsed pattern.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::set::CharSet;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Greedy,
    Lazy,
    Possessive,
}

/// What holds at a place without taking characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Assert {
    /// `\A`; `^` without multiline is [`Assert::Circumflex`], which `notbol` switches off.
    SubjectStart,
    Circumflex,
    LineStart,
    Dollar,
    DollarEndOnly,
    LineEnd,
    /// `\Z`, `\z`.
    BeforeLastNewline,
    SubjectEnd,
    /// `\G`.
    MatchStart,
    WordBoundary,
    NotWordBoundary,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Commit,
    Prune,
    Skip,
    Then,
}

#[derive(Debug, Clone)]
pub(super) enum Condition {
    Groups(Vec<u32>),
    /// In any recursion, or in that of one of these groups.
    Recursion(Option<Vec<u32>>),
    /// `(?(DEFINE)`.
    Never,
    /// Always true (`(?(R)` of a version check and the like).
    Look(Box<Node>),
}

#[derive(Debug, Clone)]
pub(super) enum Node {
    Empty,
    /// One character, exactly.
    Char(u32),
    Set(CharSet),
    /// `.` when lines end in CR LF.
    CrlfDot,
    /// `\C`.
    Byte,
    /// `\R`, `\X`.
    Newline,
    Grapheme,
    Assert(Assert),
    Group(Option<u32>, Box<Node>),
    Atomic(Box<Node>),
    Look {
        behind: bool,
        negative: bool,
        node: Box<Node>,
        at: usize,
    },
    Alt(Vec<Node>),
    Cat(Vec<Node>),
    Repeat {
        node: Box<Node>,
        min: u32,
        max: u32,
        mode: Mode,
    },
    Back {
        groups: Vec<u32>,
        fold: bool,
    },
    /// A subroutine call, and where it is written.
    Call(u32, usize),
    Cond {
        condition: Condition,
        yes: Box<Node>,
        no: Box<Node>,
    },
    Keep,
    /// A verb and, for `(*SKIP:NAME)`, the index of its name.
    Verb(Verb, Option<u32>),
    /// `(*MARK:NAME)`.
    Mark(u32),
    Accept,
    Fail,
}

/// No upper bound of a repetition.
pub(super) const UNLIMITED: u32 = u32::MAX;

/// What the parser hands on.
#[derive(Debug)]
pub(super) struct Pattern {
    pub node: Node,
    /// How many capturing groups there are.
    pub groups: u32,
    /// Names and their groups, sorted.
    pub names: Vec<(Vec<u8>, u32)>,
    pub options: super::options::Options,
    /// Is CR or LF written in it?
    pub crlf: bool,
}
