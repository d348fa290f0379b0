//! Match specifications: compiled once into a compact program, run against many terms. Read beside it:
//! `erts/emulator/beam/erl_db_util.c` and the user's guide's chapter on match specifications.
//!
//! There are two dialects: of tables, where a head is matched with an object and the body's last value is the result,
//! and of tracing, where the head is matched with a call's arguments and the body mostly acts.

mod compile;
mod error;
mod expression;
mod functions;
mod head;
mod host;
mod matcher;
pub(crate) mod trace_word;

#[cfg(test)]
mod tests;

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::heap::Fragments;
use crate::term::Term;

pub use compile::{compile, compile_with, lint};
pub use error::{CompileError, Finding};
pub use host::{Host, TraceOp};
pub use matcher::{Matched, Matcher, Subject};
pub use trace_word::{control_word, set_control_word};

/// What specifications may say, and mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    /// Of tracing, not of tables.
    pub trace: bool,
    /// The trace is of calls: `caller` and the like are known.
    pub calls: bool,
    /// Functions that act on tracing are allowed.
    pub trace_ops: bool,
    /// For tests: what acts on more than the result is left out.
    pub fake: bool,
}

impl Dialect {
    pub const TABLE: Dialect = Dialect { trace: false, calls: false, trace_ops: false, fake: false };
    pub const CALL_TRACE: Dialect = Dialect { trace: true, calls: true, trace_ops: true, fake: false };

    /// As it is for a test.
    #[must_use]
    pub const fn faked(self) -> Dialect {
        Dialect { fake: true, ..self }
    }
}

/// A compiled match specification.
#[derive(Debug)]
pub struct Program {
    pub(crate) clauses: Vec<Clause>,
    /// How many variables all clauses need at most.
    variables: usize,
    /// Where the instructions' terms live.
    _constants: Fragments,
}

// SAFETY: the instructions' terms are immediates, or lie in the constants that move with them.
unsafe impl Send for Program {}
// SAFETY: shared access only reads.
unsafe impl Sync for Program {}

#[derive(Debug)]
pub(crate) struct Clause {
    head: Vec<Take>,
    guard: Vec<Op>,
    body: Vec<Op>,
}

/// An instruction of a head: takes the term on top of the stack of terms that are still to be matched.
#[derive(Debug)]
enum Take {
    /// Anything.
    Skip,
    /// Anything; it becomes the variable's value.
    Bind(u32),
    /// What is equal to the variable's value.
    Same(u32),
    /// That immediate.
    Is(Term),
    /// What is equal to that term.
    Equal(Term),
    /// A tuple of so many elements; those with these indexes (last first) are matched next.
    Tuple(usize, Box<[u32]>),
    /// A cons cell: its head is matched next, then its tail.
    Cons,
    /// A map with at least these keys: their values (last first) are matched next.
    Map(Box<[Term]>),
}

/// An instruction of a guard or a body, for a stack of values.
#[derive(Debug)]
enum Op {
    Constant(Term),
    Variable(u32),
    /// `'$_'`.
    Whole,
    /// The list of these variables (`'$$'`).
    Variables(Box<[u32]>),
    Cons,
    Tuple(usize),
    /// So many keys, each with its value.
    Map(usize),
    Call(functions::Function, usize),
    Trace(TraceOp, usize),
    And(usize),
    Or(usize),
    /// On false (on true), the result: skips so many instructions. Else the value goes.
    AndAlso(usize),
    OrElse(usize),
    SelfPid,
    /// The guard fails unless the value is true.
    Check,
    /// A body's value is not wanted.
    Drop,
    /// The result.
    Return,
    ReturnTrace,
    ExceptionTrace,
}

/// The number of `'$N'`; none for anything else.
#[must_use]
pub fn variable(t: Term) -> Option<u32> {
    let digits = t.as_atom()?.text().strip_prefix('$')?;
    let plain = digits == "0" || digits.bytes().next().is_some_and(|b| (b'1'..=b'9').contains(&b));
    if plain && digits.bytes().all(|b| b.is_ascii_digit()) { digits.parse().ok() } else { None }
}

/// `'$N'` or `'_'`: what matches anything.
#[must_use]
pub fn is_variable(t: Term) -> bool {
    t.is(crate::atom::UNDERSCORE) || variable(t).is_some()
}

/// Has the pattern no variables and no maps: does it match one term only?
#[must_use]
pub fn is_ground(pattern: Term) -> bool {
    let mut todo = Vec::from([pattern]);
    while let Some(mut t) = todo.pop() {
        while let Some((head, tail)) = t.as_cons() {
            todo.push(head);
            t = tail;
        }
        if t.is_map() || is_variable(t) {
            return false;
        }
        todo.extend_from_slice(t.as_tuple().unwrap_or(&[]));
    }
    true
}

/// The three parts of a clause.
#[must_use]
pub fn clause(t: Term) -> Option<[Term; 3]> {
    t.as_tuple_of::<3>().copied()
}
