//! Literal areas: terms that live outside of process heaps, shared by all, never moved: a module's constants, a
//! persistent term.

use alloc::vec::Vec;

use crate::heap::{Fragments, copy, size};
use crate::term::Term;

/// An area of literals.
#[derive(Debug)]
pub struct Literals {
    heap: Fragments,
    ranges: Vec<(usize, usize)>,
}

impl Literals {
    /// Takes over the fragments that hold the literals.
    #[must_use]
    pub fn new(heap: Fragments) -> Literals {
        let ranges = heap.ranges().map(|(a, b)| (a as usize, b as usize)).collect();
        Literals { heap, ranges }
    }

    /// Does it hold what this term points to?
    #[must_use]
    pub fn contains(&self, term: Term) -> bool {
        let p = term.ptr() as usize;
        !term.is_immediate() && self.ranges.iter().any(|r| (r.0..r.1).contains(&p))
    }

    /// The address ranges.
    #[must_use]
    pub fn ranges(&self) -> &[(usize, usize)] {
        &self.ranges
    }

    /// Words in it.
    #[must_use]
    pub fn words(&self) -> usize {
        self.heap.words()
    }
}

/// An area with a copy of one term.
#[must_use]
pub fn make_literal(term: Term) -> (Term, Literals) {
    let mut heap = Fragments::with_capacity(size(term));
    let term = copy(&mut heap, term);
    (term, Literals::new(heap))
}
