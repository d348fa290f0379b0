//! Compiling heads.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::compile::{Compiler, MAX_DEPTH};
use super::{CompileError, Take, is_variable, variable};
use crate::atom;
use crate::heap::copy;
use crate::map::MapIter;
use crate::term::Term;

impl Compiler<'_> {
    /// The instructions for a pattern.
    pub(super) fn head(&mut self, pattern: Term, out: &mut Vec<Take>, depth: usize) -> Result<(), CompileError> {
        if depth > MAX_DEPTH {
            return Err(CompileError::SystemLimit);
        }
        if pattern.is(atom::UNDERSCORE) {
            out.push(Take::Skip);
        } else if let Some(n) = variable(pattern) {
            let (index, bound) = self.bind(n);
            out.push(if bound { Take::Same(index) } else { Take::Bind(index) });
        } else if pattern.is_immediate() {
            out.push(Take::Is(pattern));
        } else if let Some(elements) = pattern.as_tuple() {
            let wanted = |(i, t): (usize, &Term)| (!t.is(atom::UNDERSCORE)).then_some(i as u32);
            let picks: Box<[u32]> = elements.iter().enumerate().filter_map(wanted).rev().collect();
            out.push(Take::Tuple(elements.len(), picks));
            for t in elements.iter().filter(|t| !t.is(atom::UNDERSCORE)) {
                self.head(*t, out, depth + 1)?;
            }
        } else if pattern.is_cons() {
            // Long lists are a loop.
            let mut rest = pattern;
            while let Some((head, tail)) = rest.as_cons() {
                out.push(Take::Cons);
                self.head(head, out, depth + 1)?;
                rest = tail;
            }
            self.head(rest, out, depth + 1)?;
        } else if pattern.is_map() {
            let pairs: Vec<(Term, Term)> = MapIter::new(pattern).collect();
            for (key, _) in &pairs {
                if key.is(atom::UNDERSCORE) {
                    self.fatal("Underscore found in map key.")?;
                } else if is_variable(*key) {
                    self.fatal("Variable found in map key.")?;
                }
            }
            let keys = pairs.iter().rev().map(|(k, _)| copy(&mut self.constants, *k)).collect();
            out.push(Take::Map(keys));
            for (_, value) in pairs {
                self.head(value, out, depth + 1)?;
            }
        } else {
            out.push(Take::Equal(copy(&mut self.constants, pattern)));
        }
        Ok(())
    }
}
