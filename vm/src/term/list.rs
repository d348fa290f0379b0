//! Lists: cons cells and iteration over them.

use super::Term;

impl Term {
    /// Head and tail of a cons cell.
    #[inline(always)]
    #[must_use]
    pub fn as_cons(self) -> Option<(Term, Term)> {
        if self.is_cons() {
            // SAFETY: a list term points to a live cell of two words.
            unsafe { Some((Term(*self.ptr()), Term(*self.ptr().add(1)))) }
        } else {
            None
        }
    }

    /// A list, proper or not: a cons cell or nil.
    #[must_use]
    pub const fn is_list(self) -> bool {
        self.is_cons() || self.is_nil()
    }

    /// The elements of a list; what the list ends in is the iterator's [`ListIter::rest`].
    #[must_use]
    pub const fn list(self) -> ListIter {
        ListIter { rest: self }
    }

    /// The length of a proper list.
    #[must_use]
    pub fn list_length(self) -> Option<usize> {
        let mut it = self.list();
        let n = it.by_ref().count();
        it.rest().is_nil().then_some(n)
    }

    /// The elements of a proper list.
    #[must_use]
    pub fn list_to_vec(self) -> Option<alloc::vec::Vec<Term>> {
        let mut it = self.list();
        let v = it.by_ref().collect();
        it.rest().is_nil().then_some(v)
    }
}

/// Walks a list; stops at the first tail that is no cons cell.
#[derive(Clone, Debug)]
pub struct ListIter {
    rest: Term,
}

impl ListIter {
    /// What is left: nil after a proper list.
    #[must_use]
    pub const fn rest(&self) -> Term {
        self.rest
    }
}

impl Iterator for ListIter {
    type Item = Term;

    #[inline]
    fn next(&mut self) -> Option<Term> {
        let (head, tail) = self.rest.as_cons()?;
        self.rest = tail;
        Some(head)
    }
}
