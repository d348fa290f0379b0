//! Exceptions in flight: class, reason, and what the stack trace will be made from.

use crate::atom::{self, Atom};
use crate::term::Term;

/// An exception's class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    Error,
    Exit,
    Throw,
}

impl Class {
    /// The class as an atom.
    #[must_use]
    pub const fn atom(self) -> Atom {
        match self {
            Class::Error => atom::ERROR,
            Class::Exit => atom::EXIT,
            Class::Throw => atom::THROW,
        }
    }

    /// The class that an atom names.
    #[must_use]
    pub fn from_term(term: Term) -> Option<Class> {
        [Class::Error, Class::Exit, Class::Throw].into_iter().find(|c| term.is(c.atom()))
    }
}

/// The exception that a native or an instruction raised.
#[derive(Debug)]
pub struct Exception {
    pub class: Class,
    pub reason: Term,
    /// A stack trace that came with it (`erlang:raise/3`), or none: it is taken from the stack then.
    pub trace: Term,
    /// The arguments to show in place of the arity (`erlang:error/2`), or none.
    pub args: Term,
    /// `error_info` to add (a map), or none.
    pub info: Term,
    /// The cause for `error_info` that the natives' `format_error` explains, or none.
    pub cause: Term,
    /// It belongs to the function that called the native.
    pub own: bool,
    /// The native (or operator) that raised it.
    pub mfa: Option<crate::code::Mfa>,
}

impl Exception {
    pub(crate) const fn none() -> Exception {
        Exception {
            class: Class::Error,
            reason: Term::NIL,
            trace: Term::NONE,
            args: Term::NONE,
            info: Term::NONE,
            cause: Term::NONE,
            own: false,
            mfa: None,
        }
    }

    /// A new exception, nothing else known.
    pub fn set(&mut self, class: Class, reason: Term) {
        *self = Exception { class, reason, ..Exception::none() };
    }

    pub(super) fn roots(&mut self, visit: &mut dyn FnMut(&mut Term)) {
        for t in [&mut self.reason, &mut self.trace, &mut self.args, &mut self.info, &mut self.cause] {
            visit(t);
        }
    }
}
