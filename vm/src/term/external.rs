//! Pids, ports and references of other nodes (or of an earlier life of this one).

use super::{Tag, Term};
use crate::atom::Atom;

/// What an external identifier is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, PartialOrd, Ord)]
#[repr(u8)]
pub enum ExternalKind {
    Pid = 0,
    Port = 1,
    Reference = 2,
}

/// An identifier of another node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct External {
    pub kind: ExternalKind,
    pub node: Atom,
    pub creation: u32,
    /// Pid: one word, number in the low and serial in the high half. Port: one word. Reference: its 32-bit numbers,
    /// two a word, least significant first; [`External::count`] says how many.
    pub data: &'static [u64],
    /// How many 32-bit numbers a reference has (0 for others).
    pub count: usize,
}

impl External {
    /// The `i`th 32-bit number of a reference.
    #[must_use]
    pub const fn number(&self, i: usize) -> u32 {
        (self.data[i / 2] >> (32 * (i & 1))) as u32
    }
}

impl Term {
    /// The identifier of another node, if this is one.
    #[must_use]
    pub fn as_external(self) -> Option<External> {
        if !self.is_tag(Tag::External) {
            return None;
        }
        let words = self.words();
        let kind = match words[1] >> 32 & 3 {
            0 => ExternalKind::Pid,
            1 => ExternalKind::Port,
            _ => ExternalKind::Reference,
        };
        Some(External {
            kind,
            node: Term(words[0]).as_atom()?,
            creation: words[1] as u32,
            data: &words[2..],
            count: (words[1] >> 34) as usize,
        })
    }

    /// Is this any pid, local or not?
    #[must_use]
    pub fn is_pid(self) -> bool {
        self.is_local_pid() || self.as_external().is_some_and(|e| e.kind == ExternalKind::Pid)
    }

    /// Is this any port?
    #[must_use]
    pub fn is_port(self) -> bool {
        self.as_port().is_some() || self.as_external().is_some_and(|e| e.kind == ExternalKind::Port)
    }

    /// Is this any reference?
    #[must_use]
    pub fn is_reference(self) -> bool {
        self.is_tag(Tag::Ref) || self.as_external().is_some_and(|e| e.kind == ExternalKind::Reference)
    }
}
