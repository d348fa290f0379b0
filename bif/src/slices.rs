//! What natives on long lists have in common: they go through a list, or build one, a slice at a time. See
//! `joist_vm::process::Job` for what lets them hold terms meanwhile.

use alloc::vec::Vec;

use joist_vm::process::{NativeResult, Process};
use joist_vm::term::build::Fill;
use joist_vm::term::{Term, build};

use crate::limits::budget;

/// List cells looked at or made for one reduction.
const RATE: usize = 8;

/// A walk through a list.
pub(crate) struct Walk {
    /// What is still to come; what is no list at the end.
    rest: Term,
}

/// How a walk ended.
pub(crate) enum Seen<R> {
    Found(R),
    All,
}

impl Walk {
    pub(crate) const fn new(list: Term) -> Walk {
        Walk { rest: list }
    }

    /// Shows elements until `f` has found what it wants, the list ends, or (none) the slice does.
    pub(crate) fn go<R>(&mut self, p: &mut Process, mut f: impl FnMut(Term) -> Option<R>) -> Option<Seen<R>> {
        let room = budget(p, RATE);
        for n in 0..room {
            let Some((head, tail)) = self.rest.as_cons() else {
                p.charge(n / RATE);
                return Some(Seen::All);
            };
            self.rest = tail;
            if let Some(found) = f(head) {
                p.charge(n / RATE);
                return Some(Seen::Found(found));
            }
        }
        p.charge(room / RATE);
        None
    }

    /// Has it come to the end of a proper list?
    pub(crate) fn is_proper(&self) -> bool {
        self.rest.is_nil()
    }
}

/// A list under construction, from its end on.
pub(crate) struct Build {
    items: Vec<Term>,
    list: Term,
}

impl Build {
    pub(crate) const fn new(items: Vec<Term>, tail: Term) -> Build {
        Build { items, list: tail }
    }

    /// Builds on; the list, when it is done.
    pub(crate) fn go(&mut self, p: &mut Process) -> Option<Term> {
        let from = self.items.len().saturating_sub(budget(p, RATE));
        self.list = build::list_with_tail(p, &self.items[from..], self.list);
        p.charge((self.items.len() - from) / RATE);
        self.items.truncate(from);
        (from == 0).then_some(self.list)
    }
}

/// Bytes copied for one reduction.
pub(crate) const BYTES: usize = 1024;

/// What `answer` makes of a binary of these bytes.
pub(crate) fn binary(
    p: &mut Process,
    bytes: Vec<u8>,
    answer: impl Fn(&mut Process, Term) -> Term + 'static,
) -> NativeResult {
    let mut fill = Some(Fill::new(p, bytes.len()));
    p.run_job(move |p: &mut Process| {
        let mut filled = fill.take()?;
        let from = bytes.len() - filled.left();
        let n = filled.left().min(budget(p, BYTES));
        filled.push(&bytes[from..from + n]);
        p.charge(n / BYTES);
        if filled.left() > 0 {
            fill = Some(filled);
            return None;
        }
        let binary = filled.finish();
        Some(Ok(answer(p, binary)))
    })
}
