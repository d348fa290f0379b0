//! A loaded module: its code, literals, and what is known about addresses inside.

use alloc::vec::Vec;
use core::sync::atomic::{AtomicU64, Ordering};

use super::{Catch, FunEntry, Literals, Mfa, RecordEntry};
use crate::atom::Atom;
use crate::term::Term;

/// A function inside a module's code.
#[derive(Debug, Clone, Copy)]
pub struct Function {
    pub name: Atom,
    pub arity: u32,
    /// Word offset of the first instruction.
    pub entry: u32,
    pub exported: bool,
}

/// Where an address lies.
#[derive(Debug, Clone, Copy)]
pub struct Location {
    pub mfa: Mfa,
    /// File (a string that lives with the module) and line, if the code has line numbers.
    pub line: Option<(Term, u32)>,
}

/// One version of a module.
#[derive(Debug)]
pub struct Module {
    pub name: Atom,
    /// Breakpoints are written into it while the world stands still.
    pub(crate) code: alloc::boxed::Box<[AtomicU64]>,
    /// In the order of their code.
    pub functions: Vec<Function>,
    /// (word offset, index into `line_items`), in order.
    pub(crate) lines: Vec<(u32, u32)>,
    /// (file, line); file 0 is the module's own source.
    pub(crate) line_items: Vec<(u32, u32)>,
    /// Their names: literals. The first is that of the module's own source.
    pub(crate) files: Vec<Term>,
    /// The native records that it defines.
    pub(crate) records: Vec<RecordEntry>,
    pub literals: Literals,
    /// Where the code's string operands point to.
    #[expect(dead_code, reason = "the code points into it")]
    pub(crate) strings: alloc::boxed::Box<[u8]>,
    #[expect(dead_code, reason = "the entries live as long as the code that uses them")]
    pub(crate) catches: Vec<Catch>,
    pub funs: Vec<(&'static FunEntry, u32)>,
    /// Word offset of the `on_load` function.
    pub(crate) on_load: Option<u32>,
    /// External terms: the `Attr` and `CInf` chunks.
    pub attributes: Vec<u8>,
    pub compile_info: Vec<u8>,
    pub md5: [u8; 16],
}

/// A module that has been checked and made ready, but not installed.
pub type Prepared = Module;

impl Module {
    /// The address range of its code.
    #[must_use]
    pub fn range(&self) -> (usize, usize) {
        let r = self.code.as_ptr_range();
        (r.start as usize, r.end as usize)
    }

    pub(crate) fn at(&self, offset: u32) -> *const u64 {
        self.code[offset as usize].as_ptr()
    }

    /// Puts another word in place of the one at an offset, and answers that.
    pub(crate) fn replace(&self, offset: u32, word: u64) -> u64 {
        self.code[offset as usize].swap(word, Ordering::AcqRel)
    }

    /// Does it have an `on_load` function?
    #[must_use]
    pub const fn has_on_load(&self) -> bool {
        self.on_load.is_some()
    }

    /// The function and line at an address inside.
    #[must_use]
    pub fn locate(&self, address: usize) -> Option<Location> {
        let offset = ((address - self.range().0) / 8) as u32;
        // A function's header of five words stands before its entry and belongs to it.
        let i = self.functions.partition_point(|f| f.entry <= offset + super::registry::HEADER_WORDS);
        let f = self.functions.get(i.checked_sub(1)?)?;
        let line = self.lines.partition_point(|l| l.0 <= offset);
        let line = line.checked_sub(1).and_then(|l| {
            let (at, item) = self.lines[l];
            if at + super::registry::HEADER_WORDS < f.entry {
                return None;
            }
            let (file, line) = *self.line_items.get(item as usize)?;
            if line == 0 {
                return None;
            }
            Some((*self.files.get(file as usize)?, line))
        });
        Some(Location { mfa: Mfa { module: self.name, function: f.name, arity: f.arity }, line })
    }
}
