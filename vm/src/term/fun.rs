//! Funs: closures over a [`FunEntry`] of a module, and external funs (`fun M:F/A`).

use super::{Tag, Term};
use crate::code::{Export, FunEntry};

/// A fun's code.
#[derive(Clone, Copy, Debug)]
pub enum FunRef {
    /// A closure, local to a module.
    Local(&'static FunEntry),
    /// `fun M:F/A`.
    External(&'static Export),
}

/// A fun, as its parts.
#[derive(Clone, Copy, Debug)]
pub struct FunView {
    pub code: FunRef,
    /// The process that made it (local funs only; [`Term::NONE`] else).
    pub creator: Term,
    /// Free variables.
    pub env: &'static [Term],
}

impl FunView {
    /// The arity that callers see.
    #[must_use]
    pub const fn arity(&self) -> u32 {
        match self.code {
            FunRef::Local(e) => e.arity,
            FunRef::External(e) => e.mfa.arity,
        }
    }
}

impl Term {
    /// A fun of either kind.
    #[must_use]
    pub fn as_fun(self) -> Option<FunView> {
        match self.header()?.tag() {
            Tag::Fun => {
                let words = self.term_words();
                // SAFETY: word 1 of a fun points to its entry; entries are never freed.
                let entry = unsafe { &*(words[0].0 as *const FunEntry) };
                Some(FunView { code: FunRef::Local(entry), creator: words[1], env: &words[2..] })
            }
            Tag::Export => {
                // SAFETY: word 1 of an external fun points to an export; exports are never freed.
                let export = unsafe { &*(self.words()[0] as *const Export) };
                Some(FunView { code: FunRef::External(export), creator: Term::NONE, env: &[] })
            }
            _ => None,
        }
    }

    /// Is this a fun?
    #[inline]
    #[must_use]
    pub fn is_fun(self) -> bool {
        self.header().is_some_and(|h| h.is(Tag::Fun) || h.is(Tag::Export))
    }
}
