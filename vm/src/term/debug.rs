//! `Debug` for terms: Erlang syntax as far as `Display` goes.

use super::Term;

impl core::fmt::Debug for Term {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "#Term<{:#x}>", self.0)
    }
}
