//! Literals of modules: external terms that may name funs and exports, from files that nobody vouches for.

use super::{DecodeOptions, FunId, Linker, decode};
use crate::atom::Atom;
use crate::code::{self, Export, FunEntry, Mfa};
use crate::heap::Fragments;
use crate::term::Term;

/// Links to this node's code.
#[derive(Debug, Clone, Copy)]
pub struct CodeLinker;

impl Linker for CodeLinker {
    fn export(&self, mfa: Mfa) -> &'static Export {
        code::export(mfa)
    }

    fn export_exists(&self, mfa: Mfa) -> bool {
        code::find_export(mfa).is_some()
    }

    fn fun_entry(&self, module: Atom, id: &FunId) -> &'static FunEntry {
        code::fun_entry(module, id.old_uniq, id.index, id.uniq, id.arity)
    }
}

/// A module's literal; none if the bytes are no term.
pub fn decode_literal(heap: &mut Fragments, bytes: &[u8]) -> Option<Term> {
    let options = DecodeOptions { linker: &CodeLinker, node: crate::node::this(), safe: false };
    decode(heap, bytes, &options).ok().map(|d| d.term)
}
